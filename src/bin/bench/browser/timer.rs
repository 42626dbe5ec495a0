//! The browser's clock.

use burn::tensor::Tensor;

use crate::clock::now;
use crate::error::BenchError;
use crate::timer::{Timer, finish};

/// From the call until a number of what it gave is read back. On a graphics card each time has the
/// way there and back in it.
pub struct UntilRead {
    pub repeats: usize,
}

impl Timer for UntilRead {
    async fn times<const D: usize>(
        &self,
        mut work: impl FnMut() -> Tensor<D>,
    ) -> Result<Vec<f64>, BenchError> {
        let mut milliseconds = Vec::with_capacity(self.repeats);
        for _ in 0..self.repeats {
            let begin = now();
            finish(work()).await?;
            milliseconds.push(now() - begin);
        }
        Ok(milliseconds)
    }
}
