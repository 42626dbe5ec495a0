//! Arithmetic that gives the same bits natively and in the browser: sums, products, quotients and
//! square roots, which the standard fixes. Library sines and powers differ between platforms.

use std::ops::{Add, Mul, Neg, Sub};

/// A point or direction in space, or a colour in linear light.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Triple {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

pub(super) const fn triple(x: f32, y: f32, z: f32) -> Triple {
    Triple { x, y, z }
}

impl Triple {
    pub fn even(value: f32) -> Self {
        triple(value, value, value)
    }

    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub fn cross(self, other: Self) -> Self {
        triple(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction with length 1; nothing stays nothing.
    pub fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-9))
    }

    /// How bright a colour looks.
    pub fn grey(self) -> f32 {
        0.25 * self.x + 0.65 * self.y + 0.1 * self.z
    }

    /// Each part times the other's.
    pub fn times(self, other: Self) -> Self {
        triple(self.x * other.x, self.y * other.y, self.z * other.z)
    }
}

impl Add for Triple {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        triple(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Triple {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        triple(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for Triple {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        triple(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Neg for Triple {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

/// Between `from` (at 0) and `to` (at 1).
pub(super) fn mix(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

/// Between two colours or points.
pub(super) fn blend(from: Triple, to: Triple, share: f32) -> Triple {
    from + (to - from) * share
}

/// Rises smoothly from 0 at `start` to 1 at `end`; falls if `end` is the lower one.
pub(super) fn ramp(start: f32, end: f32, value: f32) -> f32 {
    let share = ((value - start) / (end - start)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// A whole power, by repeated multiplication.
pub(super) fn power(base: f32, exponent: u32) -> f32 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

/// Sine of an angle in turns, to one part in a thousand.
pub(super) fn sine(turns: f32) -> f32 {
    let centred = turns - turns.round();
    let parabola = 8.0 * centred - 16.0 * centred * centred.abs();
    parabola + 0.225 * (parabola * parabola.abs() - parabola)
}

/// Cosine of an angle in turns.
pub(super) fn cosine(turns: f32) -> f32 {
    sine(turns + 0.25)
}

/// Angle of a point in the half plane `x > 0`, in radians between −π/2 and π/2, to half a
/// hundredth.
pub(super) fn angle(y: f32, x: f32) -> f32 {
    let near = |slope: f32| slope * (0.9724 - 0.1919 * slope * slope);
    if y.abs() <= x {
        near(y / x.max(1e-9))
    } else {
        std::f32::consts::FRAC_PI_2.copysign(y) - near(x / y)
    }
}

/// A colour as people write it, `0xrrggbb`, to linear light.
pub(super) fn colour(code: u32) -> Triple {
    let linear = |shift: u32| {
        let value = (code >> shift & 0xff) as f32 / 255.0;
        value * (value * (value * 0.305_306 + 0.682_171_1) + 0.012_522_9)
    };
    triple(linear(16), linear(8), linear(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_angle_are_close_to_the_library() {
        for step in -400..400 {
            let turns = step as f32 / 173.0;
            let exact = (turns * std::f32::consts::TAU).sin();
            assert!((sine(turns) - exact).abs() < 2e-3, "{turns}");
            let (y, x) = (step as f32 / 50.0, 1.3_f32);
            assert!((angle(y, x) - y.atan2(x)).abs() < 6e-3, "{y}");
        }
    }

    #[test]
    fn powers_are_repeated_products() {
        assert_eq!(power(1.5, 0), 1.0);
        assert_eq!(power(2.0, 13), 8192.0);
    }
}
