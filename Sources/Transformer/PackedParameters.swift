internal import Kernels

/// The projections of a model, laid out for generation: a copy of the weights as they were when it was made.
final class PackedParameters: Sendable {
  let layers: [Layer]
  /// [vocabulary, hidden]
  let head: PackedWeight

  /// The projections of one layer, in the shapes of `LayerParameterViews`.
  struct Layer: Sendable {
    let queryKeyValue: PackedWeight
    let output: PackedWeight
    let gateUp: PackedWeight
    let down: PackedWeight
  }

  init(_ model: Model) {
    let parameters = ParameterViews(model.weights)
    layers = parameters.layers.map { layer in
      Layer(
        queryKeyValue: PackedWeight(layer.queryKeyValue), output: PackedWeight(layer.output),
        gateUp: PackedWeight(layer.gateUp), down: PackedWeight(layer.down))
    }
    head = PackedWeight(parameters.head)
  }
}
