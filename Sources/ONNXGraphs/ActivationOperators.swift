import Numerics

extension GraphOperator {
  static var activationOperators: [String: GraphOperator] {
    [
      "Abs": elementwise { abs($0) },
      "Ceil": elementwise { $0.rounded(.up) },
      "Clip": GraphOperator { operands throws(GraphProblem) in
        let low = try operands.number(1, orAttribute: "min") ?? -.infinity
        let high = try operands.number(2, orAttribute: "max") ?? .infinity
        return try each(operands) { max(low, min(high, $0)) }
      },
      "Exp": elementwise { Float(Elementary.exp(Double($0))) },
      "Floor": elementwise { $0.rounded(.down) },
      "LeakyRelu": GraphOperator { operands throws(GraphProblem) in
        try rectified(operands, slope: operands.float(named: "alpha") ?? 0.01)
      },
      "Neg": elementwise { -$0 },
      "Relu": GraphOperator { operands throws(GraphProblem) in try rectified(operands, slope: 0) },
      "Sigmoid": GraphOperator { operands throws(GraphProblem) in
        // σ(x) = (1 + tanh(x / 2)) / 2, by the kernels' tanh.
        let half = try each(operands) { $0 / 2 }
        guard case .floats(var tensor) = half else { return half }
        operands.context.forEachPart(&tensor.values) { [kernels = operands.context.kernels] part in
          kernels.tanh(part.baseAddress!, count: part.count)
          for place in part.indices { part[place] = (1 + part[place]) / 2 }
        }
        return .floats(tensor)
      },
      "Sqrt": elementwise { $0.squareRoot() },
      "Tanh": GraphOperator { operands throws(GraphProblem) in
        var tensor = try operands.floats(0)
        operands.context.forEachPart(&tensor.values) { [kernels = operands.context.kernels] in
          kernels.tanh($0.baseAddress!, count: $0.count)
        }
        return .floats(tensor)
      },
    ]
  }

  private static func elementwise(_ function: @escaping @Sendable (Float) -> Float) -> GraphOperator {
    GraphOperator { operands throws(GraphProblem) in try each(operands, function) }
  }

  private static func each(
    _ operands: GraphOperands, _ function: @Sendable (Float) -> Float
  ) throws(GraphProblem) -> GraphValue {
    var tensor = try operands.floats(0)
    operands.context.forEachPart(&tensor.values) { part in
      for place in part.indices { part[place] = function(part[place]) }
    }
    return .floats(tensor)
  }

  private static func rectified(_ operands: GraphOperands, slope: Float) throws(GraphProblem) -> GraphValue {
    var tensor = try operands.floats(0)
    operands.context.forEachPart(&tensor.values) { [kernels = operands.context.kernels] in
      kernels.leakyRelu($0.baseAddress!, count: $0.count, slope: slope)
    }
    return .floats(tensor)
  }
}
