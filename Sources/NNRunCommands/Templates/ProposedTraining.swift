/// The training of a proposed model: Adam with a falling rate; the best epoch by its loss is kept.
struct ProposedTraining {
  let batch: Int
  let epochs: Int
  let rate: String
  let patience: Int

  init(batch: Int, epochs: Int, rate: String, patience: Int) {
    (self.batch, self.epochs, self.rate, self.patience) = (batch, epochs, rate, patience)
  }

  /// About two thousand steps on samples with classes, which ends if a quarter of the epochs were no better.
  init(samples: Int, rate: String, leastEpochs: Int, leastPatience: Int) {
    batch = samples < 1000 ? 16 : 64
    epochs = min(60, max(leastEpochs, 2000 * batch / max(1, samples)))
    (self.rate, patience) = (rate, max(leastPatience, epochs / 4))
  }

  /// The element, line by line.
  var lines: [String] {
    [
      #"<training epochs="\#(epochs)" batch="\#(batch)" seed="1">"#, #"  <adam rate="\#(rate)"/>"#, "  <cosine/>",
      #"  <earlyStopping metric="loss" patience="\#(patience)"/>"#, "</training>",
    ]
  }
}
