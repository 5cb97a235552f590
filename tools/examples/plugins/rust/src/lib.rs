//! A library in Rust: y = x / (1 + |x / width|). One generic function serves both precisions.

mod interface;

use interface::*;
use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::slice;

struct SoftClip {
    width: f64,
}

trait Real: Copy + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self> + std::ops::Div<Output = Self> {
    const ONE: Self;
    fn from(value: f64) -> Self;
    fn magnitude(self) -> Self;
}

impl Real for f32 {
    const ONE: f32 = 1.0;
    fn from(value: f64) -> f32 {
        value as f32
    }
    fn magnitude(self) -> f32 {
        self.abs()
    }
}

impl Real for f64 {
    const ONE: f64 = 1.0;
    fn from(value: f64) -> f64 {
        value
    }
    fn magnitude(self) -> f64 {
        self.abs()
    }
}

extern "C" fn create(values: *const Value, _: *mut Error) -> *mut c_void {
    Box::into_raw(Box::new(SoftClip { width: unsafe { (*values).number } })).cast()
}

extern "C" fn destroy(layer: *mut c_void) {
    drop(unsafe { Box::from_raw(layer.cast::<SoftClip>()) });
}

extern "C" fn plan(_: *mut c_void, inputs: *const Shape, _: i32, plan: *mut Plan, _: *mut Error) -> i32 {
    let (input, plan) = unsafe { (*inputs, &mut *plan) };
    let elements: i64 = input.sizes[..input.rank as usize].iter().map(|&size| size as i64).product();
    plan.output_count = 1;
    unsafe { *plan.outputs = input };
    plan.flags = NEEDS_INPUTS;
    plan.forward_operations = 3 * elements;
    plan.backward_operations = 5 * elements;
    0
}

extern "C" fn forward<R: Real>(layer: *mut c_void, call: *const Forward) {
    let (layer, call) = unsafe { (&*layer.cast::<SoftClip>(), &*call) };
    let (input, output) = unsafe { (*call.inputs, *call.outputs) };
    let x = unsafe { slice::from_raw_parts(input.data.cast::<R>(), input.count as usize) };
    let y = unsafe { slice::from_raw_parts_mut(output.data.cast::<R>(), output.count as usize) };
    let width = R::from(layer.width);
    for (y, &x) in y.iter_mut().zip(x) {
        *y = x / (R::ONE + (x / width).magnitude());
    }
}

extern "C" fn backward<R: Real>(layer: *mut c_void, call: *const Backward) {
    let (layer, call) = unsafe { (&*layer.cast::<SoftClip>(), &*call) };
    let (input, upstream, downstream) = unsafe { (*call.inputs, *call.upstream, &*call.downstream) };
    if downstream.is_wanted == 0 {
        return;
    }
    let count = downstream.count as usize;
    let x = unsafe { slice::from_raw_parts(input.data.cast::<R>(), count) };
    let upstream = unsafe { slice::from_raw_parts(upstream.data.cast::<R>(), count) };
    let result = unsafe { slice::from_raw_parts_mut(downstream.data.cast::<R>(), count) };
    let width = R::from(layer.width);
    for i in 0..count {
        let scale = R::ONE + (x[i] / width).magnitude();
        let gradient = upstream[i] / (scale * scale);
        result[i] = if downstream.accumulates != 0 { result[i] + gradient } else { gradient };
    }
}

const fn text(bytes: &'static [u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

static ATTRIBUTES: [Attribute; 1] = [Attribute {
    name: text(b"width\0"),
    kind: NUMBER,
    is_required: 0,
    default_value: text(b"1\0"),
    lower: 0.0,
    upper: f64::INFINITY,
    excludes_lower: 1,
    excludes_upper: 0,
    choices: std::ptr::null(),
    documentation: text(b"The largest magnitude of a result.\0"),
}];

static SOFT_CLIP: Layer = Layer {
    size: size_of::<Layer>() as u32,
    kind: 0,
    name: text(b"softClip\0"),
    summary: text(b"Bends large numbers towards a limit.\0"),
    formula: text(b"y = x / (1 + |x| / width)\0"),
    reference: std::ptr::null(),
    example: text(b"<rust:softClip width=\"2\"/>\0"),
    minimum_inputs: 1,
    maximum_inputs: 1,
    attributes: ATTRIBUTES.as_ptr(),
    attribute_count: 1,
    reserved: 0,
    create: Some(create),
    destroy: Some(destroy),
    plan: Some(plan),
    forward_float: Some(forward::<f32>),
    backward_float: Some(backward::<f32>),
    forward_double: Some(forward::<f64>),
    backward_double: Some(backward::<f64>),
    facts: None,
};

static LAYERS: [&Layer; 1] = [&SOFT_CLIP];

static LIBRARY: Library = Library {
    abi: ABI,
    size: size_of::<Library>() as u32,
    name: text(b"rust\0"),
    version: text(b"1.0.0\0"),
    namespace_uri: text(b"urn:acme:rust\0"),
    layer_count: 1,
    reserved: 0,
    layers: LAYERS.as_ptr(),
};

/// What nnrun calls first.
#[no_mangle]
pub extern "C" fn nnrun_plugin(host_abi: u32) -> *const Library {
    if host_abi >= ABI {
        &LIBRARY
    } else {
        std::ptr::null()
    }
}
