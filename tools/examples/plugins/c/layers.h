/* What the layers of this library share. */
#ifndef ACME_LAYERS_H
#define ACME_LAYERS_H
#include "nnrun_layer.h"

#include <stdio.h>

extern const nnrun_layer swish_layer, layer_norm_layer, mixture_layer, running_mean_layer, focal_loss_layer;

/* Fills in an error; NULL, so that create can return it. */
static inline void *fail(nnrun_error *error, const char *message, const char *remedy, const char *attribute) {
  snprintf(error->message, sizeof error->message, "%s", message);
  snprintf(error->remedy, sizeof error->remedy, "%s", remedy);
  snprintf(error->attribute, sizeof error->attribute, "%s", attribute);
  return (void *)0;
}

/* The elements of a sample. */
static inline int64_t elements(const nnrun_shape *shape) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < shape->rank; axis++) count *= shape->sizes[axis];
  return count;
}

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* A shape with one dimension. */
static inline nnrun_shape row(int64_t size) {
  nnrun_shape shape = {.rank = 1, .sizes = {(int32_t)size}};
  return shape;
}

/* Adds to, or replaces, an element of a gradient. */
#define PUT(gradient, index, value) \
  do { \
    REAL *place = (REAL *)(gradient).data + (index); \
    REAL put = (value); \
    *place = (gradient).accumulates ? *place + put : put; \
  } while (0)
#endif
