import ArgumentParser
import Checkpoints

/// The value of `--dtype`: what weights are stored as.
enum ElementType: String, CaseIterable, ExpressibleByArgument {
  case float32, bfloat16, float16

  var stored: TensorElementType {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .float16: .float16
    }
  }
}
