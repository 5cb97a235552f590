/* The passes of mixture. */
static void NAME(forward)(void *layer, const nnrun_forward *call) {
  (void)layer;
  int64_t width = call->parameters[0].count;
  const REAL *a = call->inputs[0].data, *b = call->inputs[1].data;
  const REAL *gate = call->parameters[0].data, *shift = call->parameters[1].data;
  REAL *y = call->outputs[0].data;
  for (int64_t i = 0; i < width; i++) {
    REAL g = 1 / (1 + (REAL)exp(-(double)gate[i]));
    for (int64_t at = i; at < call->batch * width; at += width) y[at] = g * a[at] + (1 - g) * b[at] + shift[i];
  }
}

static void NAME(backward)(void *layer, const nnrun_backward *call) {
  (void)layer;
  int64_t width = call->parameters[0].count;
  const REAL *a = call->inputs[0].data, *b = call->inputs[1].data, *upstream = call->upstream[0].data;
  const REAL *gate = call->parameters[0].data;
  for (int64_t i = 0; i < width; i++) {
    REAL g = 1 / (1 + (REAL)exp(-(double)gate[i]));
    double gates = 0, shifts = 0;
    for (int64_t at = i; at < call->batch * width; at += width) {
      if (call->downstream[0].is_wanted) PUT(call->downstream[0], at, upstream[at] * g);
      if (call->downstream[1].is_wanted) PUT(call->downstream[1], at, upstream[at] * (1 - g));
      gates += (double)(upstream[at] * (a[at] - b[at]));
      shifts += (double)upstream[at];
    }
    if (call->parameter_gradients[0].is_wanted) {
      PUT(call->parameter_gradients[0], i, (REAL)(gates * (double)g * (1 - (double)g)));
    }
    if (call->parameter_gradients[1].is_wanted) PUT(call->parameter_gradients[1], i, (REAL)shifts);
  }
}

#undef REAL
#undef NAME
