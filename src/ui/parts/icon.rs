//! Small drawings that stand beside words.

use yew::prelude::*;

/// A drawing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Frozen.
    Snowflake,
    /// Learns.
    Flame,
    /// Add.
    Plus,
    /// Remove.
    Cross,
    /// Take a picture.
    Camera,
}

impl Icon {
    /// The drawing, hidden from those who listen: the words beside it say the same.
    pub fn draw(self) -> Html {
        let path = match self {
            Self::Snowflake => {
                "M8 1.5v13M2.4 4.8l11.2 6.4M13.6 4.8 2.4 11.2M6 2.6l2 1.9 2-1.9M6 13.4l2-1.9 2 1.9"
            }
            Self::Flame => {
                "M8 1.6c.4 2.6 4 4.2 4 8a4 4 0 0 1-8 0c0-1.6.8-2.6 1.6-3.4.2 1.2.8 1.8 1.4 2C6.6 5.8 7 3.4 8 1.6z"
            }
            Self::Plus => "M8 3v10M3 8h10",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Camera => {
                "M2 5h2.6l1.2-1.8h4.4L11.4 5H14v8H2zM8 6.6a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6z"
            }
        };
        html! {
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <path d={path} />
            </svg>
        }
    }
}
