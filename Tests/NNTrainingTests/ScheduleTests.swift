import Testing

@testable import NNTraining

@Suite struct ScheduleTests {
  @Test func agreeWithPyTorch() throws {
    let reference = try Reference("schedules")
    #expect(reference.names.count == 7)
    for name in reference.names {
      let schedule = try #require(try element(name) as? any Schedule)
      for (epoch, expected) in try reference.row(name).enumerated() {
        let found = schedule.factor(TrainingClock(position: Double(epoch), total: 10))
        #expect((found - expected).magnitude < 1e-12, "\(name) at \(epoch): \(found), \(expected)")
      }
    }
  }

  @Test func oneCycleAtItsCorners() throws {
    let schedule = try #require(try element("oneCycle rise=0.25 start=20 end=100") as? any Schedule)
    func at(_ position: Double) -> Double { schedule.factor(TrainingClock(position: position, total: 8)) }
    #expect((at(0) - 1.0 / 20).magnitude < 1e-15)
    #expect((at(1) - (1 + 1.0 / 20) / 2).magnitude < 1e-15)
    #expect(at(2) == 1)
    #expect((at(8) - 1.0 / 2000).magnitude < 1e-15)
  }

  @Test func warmup() throws {
    let schedule = try #require(try element("cosine warmup=2") as? any Schedule)
    func at(_ position: Double) -> Double { schedule.factor(TrainingClock(position: position, total: 10)) }
    #expect(at(0) == 0.01)
    #expect((at(1) - 0.505).magnitude < 1e-15)
    #expect(at(2) == 1)
    #expect((at(6) - 0.5).magnitude < 1e-15)
    #expect(at(10).magnitude < 1e-15)
  }
}
