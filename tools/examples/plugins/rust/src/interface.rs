//! include/nnrun_layer.h in Rust: the part that the layer in lib.rs needs. Members are in the header's order.
#![allow(dead_code)]

use std::ffi::{c_char, c_void};

pub const ABI: u32 = 1;
pub const NUMBER: i32 = 3;
pub const NEEDS_INPUTS: i32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Shape {
    pub rank: i32,
    pub sizes: [i32; 8],
}

#[repr(C)]
pub struct Attribute {
    pub name: *const c_char,
    pub kind: i32,
    pub is_required: i32,
    pub default_value: *const c_char,
    pub lower: f64,
    pub upper: f64,
    pub excludes_lower: i32,
    pub excludes_upper: i32,
    pub choices: *const c_char,
    pub documentation: *const c_char,
}

#[repr(C)]
pub struct Value {
    pub is_present: i32,
    pub boolean: i32,
    pub integer: i64,
    pub number: f64,
    pub text: *const c_char,
    pub shape: Shape,
    pub numbers: *const f64,
    pub number_count: i64,
}

#[repr(C)]
pub struct Error {
    pub message: [c_char; 256],
    pub remedy: [c_char; 256],
    pub attribute: [c_char; 64],
}

#[repr(C)]
pub struct Plan {
    pub size: u32,
    pub flags: i32,
    pub output_count: i32,
    pub parameter_count: i32,
    pub state_count: i32,
    pub target_count: i32,
    pub outputs: *mut Shape,
    pub parameters: *mut c_void,
    pub states: *mut c_void,
    pub targets: *mut c_void,
    pub scratch_per_sample: i64,
    pub scratch_fixed: i64,
    pub saved_per_sample: i64,
    pub forward_operations: i64,
    pub backward_operations: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Array {
    pub data: *mut c_void,
    pub count: i64,
}

#[repr(C)]
pub struct Gradient {
    pub data: *mut c_void,
    pub count: i64,
    pub is_wanted: i32,
    pub accumulates: i32,
}

#[repr(C)]
pub struct Forward {
    pub size: u32,
    pub is_training: i32,
    pub batch: i64,
    pub input_shapes: *const Shape,
    pub inputs: *const Array,
    pub outputs: *const Array,
    pub parameters: *const Array,
    pub states: *const Array,
    pub saved: Array,
    pub scratch: Array,
    pub target: *const Array,
    pub loss: *mut f64,
    pub host: *const c_void,
}

#[repr(C)]
pub struct Backward {
    pub size: u32,
    pub is_training: i32,
    pub batch: i64,
    pub input_shapes: *const Shape,
    pub inputs: *const Array,
    pub outputs: *const Array,
    pub upstream: *const Array,
    pub downstream: *const Gradient,
    pub parameter_gradients: *const Gradient,
    pub parameters: *const Array,
    pub states: *const Array,
    pub saved: Array,
    pub scratch: Array,
    pub target: *const Array,
    pub loss: *const f64,
    pub loss_gradient: f64,
    pub host: *const c_void,
}

#[repr(C)]
pub struct Layer {
    pub size: u32,
    pub kind: i32,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub formula: *const c_char,
    pub reference: *const c_char,
    pub example: *const c_char,
    pub minimum_inputs: i32,
    pub maximum_inputs: i32,
    pub attributes: *const Attribute,
    pub attribute_count: i32,
    pub reserved: i32,
    pub create: Option<extern "C" fn(*const Value, *mut Error) -> *mut c_void>,
    pub destroy: Option<extern "C" fn(*mut c_void)>,
    pub plan: Option<extern "C" fn(*mut c_void, *const Shape, i32, *mut Plan, *mut Error) -> i32>,
    pub forward_float: Option<extern "C" fn(*mut c_void, *const Forward)>,
    pub backward_float: Option<extern "C" fn(*mut c_void, *const Backward)>,
    pub forward_double: Option<extern "C" fn(*mut c_void, *const Forward)>,
    pub backward_double: Option<extern "C" fn(*mut c_void, *const Backward)>,
    pub facts: Option<extern "C" fn(*mut c_void, *mut c_void)>,
}

#[repr(C)]
pub struct Library {
    pub abi: u32,
    pub size: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub namespace_uri: *const c_char,
    pub layer_count: i32,
    pub reserved: i32,
    pub layers: *const &'static Layer,
}

// What they point at is constant and never freed.
unsafe impl Sync for Attribute {}
unsafe impl Sync for Layer {}
unsafe impl Sync for Library {}
