import NNCollectives
import NNCommandLine
import NNData
import NNInference
import NNTraining

extension ProcessGroup: PredictionSharing {
  func requireSame(_ models: [SavedModel], _ sets: [Dataset], _ arguments: Arguments) throws {
    try RunAgreement(models, sets, arguments).require(self)
  }

  func part(of samples: Int) -> Range<Int> {
    let (rank, size) = (collectives.rank, collectives.size)
    return (rank * samples / size)..<((rank + 1) * samples / size)
  }

  func gather(_ part: PredictedPart) throws -> [PredictedPart]? {
    let counts = try collectives.gatherAtFirst([UInt64(part.notFinite), UInt64(part.numbers)])
    let bytes = try collectives.gatherAtFirst(part.bytes)
    guard let counts, let bytes else { return nil }
    return try bytes.enumerated().map { rank, bytes in
      guard counts.count == 2 * collectives.size else {
        throw CollectiveFailure.broken(rank: rank, reason: "it sent predictions of other samples")
      }
      return PredictedPart(
        bytes: bytes, notFinite: Int(clamping: counts[2 * rank]), numbers: Int(clamping: counts[2 * rank + 1]))
    }
  }
}
