import NNKernels
import Testing

/// The published known answers of Philox4x32-10 (Random123's kat_vectors).
@Test(
  arguments: [
    (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    (UInt64.max, UInt64.max, UInt64.max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
      0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e, 0x299f_31d0_a409_3822,
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ] as [(UInt64, UInt64, UInt64, [UInt32])])
func philoxKnownAnswers(position: UInt64, counter: UInt64, key: UInt64, words: [UInt32]) {
  let block = RandomStream(key: key, counter: counter).block(position)
  #expect([block.x, block.y, block.z, block.w] == words)
}
