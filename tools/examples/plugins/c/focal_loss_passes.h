/* The passes of focalLoss. The prediction is the softmax of the scores. */
static void NAME(forward)(void *layer, const nnrun_forward *call) {
  const focal_loss *self = layer;
  int64_t classes = call->inputs[0].count / call->batch;
  double total = 0;
  for (int64_t s = 0; s < call->batch; s++) {
    const REAL *x = (const REAL *)call->inputs[0].data + s * classes;
    REAL *p = (REAL *)call->outputs[0].data + s * classes;
    double top = x[0], sum = 0;
    for (int64_t c = 1; c < classes; c++) top = fmax(top, (double)x[c]);
    for (int64_t c = 0; c < classes; c++) sum += exp((double)x[c] - top);
    for (int64_t c = 0; c < classes; c++) p[c] = (REAL)(exp((double)x[c] - top) / sum);
    if (!call->target) continue;
    int64_t right = (int64_t)((const REAL *)call->target->data)[s];
    double logarithm = (double)x[right] - top - log(sum);
    total -= pow(1 - exp(logarithm), self->gamma) * logarithm;
  }
  if (call->loss) {
    call->loss[0] = total;
    call->loss[1] = (double)call->batch;
  }
}

static void NAME(backward)(void *layer, const nnrun_backward *call) {
  const focal_loss *self = layer;
  if (!call->downstream[0].is_wanted || !call->target) return;
  int64_t classes = call->outputs[0].count / call->batch;
  double factor = call->loss_gradient / call->loss[1];
  for (int64_t s = 0; s < call->batch; s++) {
    const REAL *p = (const REAL *)call->outputs[0].data + s * classes;
    int64_t right = (int64_t)((const REAL *)call->target->data)[s];
    double q = p[right], rest = 1 - q;
    /* dL/dq of L = -(1 - q)^gamma log q, times q: dq/dx[c] = q ((c == right) - p[c]) */
    double slope = self->gamma == 0 ? -1 : self->gamma * pow(rest, self->gamma - 1) * q * log(fmax(q, 1e-300)) - pow(rest, self->gamma);
    for (int64_t c = 0; c < classes; c++) {
      PUT(call->downstream[0], s * classes + c, (REAL)(factor * slope * ((c == right ? 1 : 0) - (double)p[c])));
    }
  }
}

#undef REAL
#undef NAME
