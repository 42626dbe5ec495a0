//! What came out: metrics, intervals, similarity, and what damage does to pictures.
//!
//! | file | what lives there |
//! |---|---|
//! | `confusion` | who is taken for whom, accuracy, balanced accuracy |
//! | `class_figures` | precision, recall and F1 of a class |
//! | `interval`, `missing` | an estimate with its bounds, or why there is none |
//! | `proportion` | bounds of shares and of their means |
//! | `calibration`, `temperature` | whether a model is right as often as it says, and a remedy |
//! | `familiarity`, `abstention` | pictures of none of the classes, and what refusing them costs |
//! | `label_errors` | pictures that probably lie in the wrong class |
//! | `bootstrap`, `quantiles` | bounds of shares and paired differences, a picture a unit |
//! | `stratified` | bounds of balanced accuracy, pictures drawn again class by class |
//! | `similarity` | how alike two layers see the same pictures (linear CKA) |
//! | `neighbours` | what frozen features alone tell: nearest mean, overlap of classes |
//! | `nearest` | the pictures whose features point most nearly the same way |
//! | `strongest` | where channels of a layer answer most strongly |
//! | `corruption` | pictures made worse in seven ways and five steps |
//! | `picture_map` | many pictures as places on a plane: principal components, t-SNE |
//! | `heat_map` | where in a picture a model finds what speaks for a class (Grad-CAM) |

mod abstention;
#[cfg(feature = "engine")]
mod bootstrap;
mod calibration;
mod class_figures;
mod confusion;
mod corruption;
#[cfg(feature = "engine")]
mod familiarity;
mod heat_map;
mod interval;
#[cfg(feature = "engine")]
mod label_errors;
mod missing;
#[cfg(feature = "engine")]
mod nearest;
#[cfg(feature = "engine")]
mod neighbours;
#[cfg(feature = "engine")]
mod picture_map;
#[cfg(feature = "engine")]
mod proportion;
#[cfg(feature = "engine")]
mod quantiles;
#[cfg(feature = "engine")]
mod similarity;
#[cfg(feature = "engine")]
mod stratified;
#[cfg(feature = "engine")]
mod strongest;
#[cfg(feature = "engine")]
mod temperature;

pub use abstention::{Abstention, GIVEN_UP, UnknownRefused, is_none_of_these};
#[cfg(feature = "engine")]
pub use abstention::{Familiarities, abstention};
#[cfg(feature = "engine")]
pub use bootstrap::{
    LEAST_PICTURES, Unit, bootstrap, mean_difference, mean_share, paired_difference, share,
};
pub use calibration::{Bin, Calibration};
#[cfg(feature = "engine")]
pub use calibration::{PICTURES_A_BIN, calibration};
pub use class_figures::ClassFigures;
#[cfg(feature = "engine")]
pub use class_figures::balanced_accuracy;
pub use confusion::Confusion;
#[cfg(feature = "engine")]
pub use corruption::corrupted;
pub use corruption::{Corruption, SEVERITIES};
#[cfg(feature = "engine")]
pub use familiarity::{
    KnownFeatures, NEAREST, area_interval, area_under_curve, maximum_softmax, negative_energy,
};
pub use heat_map::{Grain, HeatMap, shares_of_thirds};
#[cfg(feature = "engine")]
pub use heat_map::{grad_cam, overlay};
pub use interval::Interval;
#[cfg(feature = "engine")]
pub use label_errors::{Suspect, label_errors};
pub use missing::{Measured, Missing};
#[cfg(feature = "engine")]
pub use nearest::nearest;
#[cfg(feature = "engine")]
pub use neighbours::{nearest_mean_accuracy, overlap};
#[cfg(feature = "engine")]
pub use picture_map::{
    Gathering, NeighbourMap, Principal, PrincipalSearch, Products, perplexity_for, turned_onto,
};
#[cfg(feature = "engine")]
pub use proportion::{mean_of_shares, wilson};
#[cfg(feature = "engine")]
pub use similarity::{Gram, LEAST_COMPARED, similarity};
#[cfg(feature = "engine")]
pub use stratified::{balanced_difference, balanced_share};
#[cfg(feature = "engine")]
pub use strongest::{Peak, Strongest};
#[cfg(feature = "engine")]
pub use temperature::{negative_log_likelihood, temperature};
