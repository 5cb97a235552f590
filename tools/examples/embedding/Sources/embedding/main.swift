// A program that uses nnrun as a library: a net in code, a net from XML with a layer of its own, training, prediction.

import ActivationLayers
import DenseLayers
import LossLayers
import NNCore
import NNData
import NNInference
import NNKernels
import NNModel
import NNTraining
import StandardLayers

let workers = WorkerPool(threads: 2)

// 1. A net and its data in code: points inside and outside of a circle.

var definition = NetworkDefinition(name: "circle")
try definition.input("point", shape: Shape(2))
try definition.add(Dense(units: 16))
try definition.add(Swishish(beta: 1.5))
try definition.add(Dense(units: 2))
try definition.add(SoftmaxCrossEntropy())

let random = RandomStream(key: 1)
let points = (0..<2000).map { Float(random.uniform(UInt64($0)) * 2 - 1) }
let labels = (0..<1000).map { i -> Int32 in
  let (x, y) = (points[2 * i], points[2 * i + 1])
  return x * x + y * y < 0.5 ? 1 : 0
}
let samples = try Dataset(
  inputs: [DataArray(name: "point", form: .values(Shape(2)), elements: .floats(points))],
  targets: [DataArray(name: "label", form: .classes(count: 2, shape: Shape(1)), elements: .labels(labels))])

let plan = try NetworkPlan(definition, targets: samples.targetForms)
let network = Network<Float>(plan, batch: 32, workers: workers)
network.initialize(seed: 7)
let settings = TrainingSettings(
  length: .epochs(60), batch: 32, seed: 7, optimizer: Adam(rate: 0.01), schedule: CosineRate())
let trainer = try Trainer<Float>(network, settings: settings, trainingSet: samples)
guard case .finished = try trainer.run() else { fatalError("the training did not finish") }
let result = try trainer.evaluate(samples)
print("circle: accuracy \(result.accuracy ?? 0) on \(result.samples) points")

// 2. Prediction with the same parameters, packed.

let predictor = try Predictor<Float>(plan, parameters: network.parameters, state: network.state, workers: workers)
let answers = try predictor.predict([0, 0, 0.9, 0.9])
print("at the centre: inside with \(answers[1]); in the corner: inside with \(answers[3])")

// 3. The same net from XML. The registry knows the layer of this program under its own namespace.

let text = """
  <model xmlns="urn:nnrun:model:1" xmlns:acme="urn:acme:layers" name="circle">
    <network>
      <input name="point" shape="2"/>
      <dense units="16"/>
      <acme:swishish beta="1.5"/>
      <dense units="2"/>
      <softmaxCrossEntropy/>
    </network>
  </model>
  """
var registry = Registry()
try registerStandardLayers(into: &registry)
try registry.register(Swishish.self)
let description = try ModelLoader(registry: registry).load(text: text, file: "circle.xml")
let fromXML = try NetworkPlan(description.makeNetworkDefinition(), targets: samples.targetForms)
let second = Network<Float>(fromXML, batch: 32, workers: workers)
second.initialize(seed: 7)
let again = try Trainer<Float>(second, settings: settings, trainingSet: samples)
_ = try again.run()
let isSame = network.parameters.array == second.parameters.array
print("the net from XML ends with the same bits: \(isSame)")

guard (result.accuracy ?? 0) > 0.97, answers[1] > 0.9, answers[3] < 0.1, isSame else {
  fatalError("the example does not do what it shows")
}
