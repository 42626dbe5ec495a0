//! Shapes of the network's one layer as plain numbers.

/// Added to a variance before its root is taken, as in PyTorch.
pub const EPSILON: f32 = 1e-5;

/// Weights of a 3×3 kernel for one channel.
pub const TAPS: usize = 9;

/// The shape of a batch of activations, channels innermost: `[batch, height, width, channels]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Area {
    /// Pictures.
    pub batch: usize,
    /// Rows of pixels in a picture.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers in a pixel.
    pub channels: usize,
}

impl Area {
    /// From a tensor's shape.
    pub fn of([batch, height, width, channels]: [usize; 4]) -> Self {
        Self { batch, height, width, channels }
    }

    /// As a tensor's shape.
    pub fn shape(self) -> [usize; 4] {
        [self.batch, self.height, self.width, self.channels]
    }

    /// Numbers in a row of pixels.
    pub fn row(self) -> usize {
        self.width * self.channels
    }

    /// Pixels in all.
    pub fn pixels(self) -> usize {
        self.batch * self.height * self.width
    }

    /// Numbers in all.
    pub fn values(self) -> usize {
        self.pixels() * self.channels
    }

    /// What a 3×3 convolution of this stride with one pixel of zeros around leaves, odd sizes
    /// rounded up.
    pub fn strided(self, stride: usize) -> Self {
        let (height, width) = (self.height.div_ceil(stride), self.width.div_ceil(stride));
        Self { height, width, ..self }
    }

    /// The same pixels with another number of channels.
    pub fn with_channels(self, channels: usize) -> Self {
        Self { channels, ..self }
    }
}

/// What a layer computes, besides its weights.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layer {
    /// Which convolution it is.
    pub kind: Kind,
    /// Stride of a 3×3 convolution, 1 or 2; 1 for 1×1.
    pub stride: usize,
    /// What comes behind its BatchNorm.
    pub activation: Activation,
    /// Whether its input comes out of a layer with [`Activation::ClampedForNext`].
    pub is_input_clamped: bool,
}

/// The convolutions that the network is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// 1×1 over all channels. Weight `[out, in, 1, 1]`.
    Pointwise,
    /// 3×3 on each channel by itself, one pixel of zeros around. Weight `[channels, 1, 3, 3]`.
    Depthwise,
    /// 3×3 over all channels, one pixel of zeros around. Weight `[out, in, 3, 3]`.
    Patches,
}

/// What comes behind a layer's BatchNorm: nothing, or ReLU6.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activation {
    /// Nothing.
    None,
    /// ReLU6.
    Clamped,
    /// ReLU6, and whatever reads the output is a layer with [`Layer::is_input_clamped`]: it takes
    /// its gradient back through this ReLU6 while it has both at hand, which saves a pass over both.
    ClampedForNext,
}

impl Layer {
    /// The shape of the output for an input of shape `area` and so many output channels.
    pub fn goal(self, area: Area, channels: usize) -> Area {
        area.strided(self.stride).with_channels(channels)
    }

    /// Whether the output went through ReLU6.
    pub fn is_clamped(self) -> bool {
        self.activation != Activation::None
    }
}
