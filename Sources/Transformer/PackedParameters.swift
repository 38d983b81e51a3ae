internal import Checkpoints
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
    func pack(_ weight: Weight) -> PackedWeight {
      PackedWeight(weight.rows, precision: model.precision)
    }
    layers = parameters.layers.map { layer in
      Layer(
        queryKeyValue: pack(layer.queryKeyValue), output: pack(layer.output),
        gateUp: pack(layer.gateUp), down: pack(layer.down))
    }
    head = PackedWeight(parameters.head, precision: model.precision)
  }
}

extension PackedParameters {
  /// Bytes of the copy, but for the filling of the last panels.
  static func byteCount(_ configuration: ModelConfiguration, precision: ProductPrecision) -> Int {
    Int(configuration.projectionElementCount) * precision.operandByteCount
  }
}
