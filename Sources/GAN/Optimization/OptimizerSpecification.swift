/// The configured optimizer: one of those in `Optimization`.
package enum OptimizerSpecification: Hashable, Sendable {
  case adam(Adam = .init())
  case adamW(AdamW = .init())
  case rmsprop(RMSprop = .init())

  package var optimizer: any Optimizer {
    switch self {
    case .adam(let optimizer): optimizer
    case .adamW(let optimizer): optimizer
    case .rmsprop(let optimizer): optimizer
    }
  }
}
