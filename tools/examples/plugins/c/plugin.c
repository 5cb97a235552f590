/* The library: its name, its version, and its layers. */
#include "layers.h"

static const nnrun_layer *const layers[] = {
  &swish_layer, &layer_norm_layer, &mixture_layer, &running_mean_layer, &focal_loss_layer};

static const nnrun_library library = {
  .abi = NNRUN_ABI, .size = sizeof(nnrun_library), .name = "acme", .version = "1.0.0", .namespace_uri = "urn:acme:layers",
  .layer_count = sizeof layers / sizeof layers[0], .layers = layers};

const nnrun_library *nnrun_plugin(uint32_t host_abi) { return host_abi >= NNRUN_ABI ? &library : 0; }
