import Numerics

/// The forward and backward passes of all layers.
extension Network {
  /// Runs the layers on `input`, with the samples of `layout`. Collective if batch norm uses batch statistics.
  ///
  /// - Returns: the last output; `output` returns each of them until the pass runs again.
  package func forward(_ input: Tensor, pass: Pass, layout: BatchLayout, mode: ForwardMode) throws -> Tensor {
    for norm in spectralNorms { norm.normalize() }
    var value = input
    var hasBegun = false
    for (place, layer) in layers.enumerated() {
      if startsBranch(place) { value = self.value(of: sources[place], input, pass, layout) }
      let record = pass.record(place, samples: layout.samples, input: value)
      let output = record.output
      if !hasBegun { beginForward(place, value, pass: pass, layout: layout, mode: mode) }
      hasBegun = fusesLayers && place + 1 < layers.count && !startsBranch(place + 1)
      if hasBegun {
        let next = layers[place + 1]
        let nextRecord = pass.record(place + 1, samples: layout.samples, input: output)
        try layer.forward(value, into: record, layout: layout, mode: mode) { samples, channels in
          next.beginForward(output, into: nextRecord, samples: samples, channels: channels, mode: mode)
        }
      } else {
        try layer.forward(value, into: record, layout: layout, mode: mode) { _, _ in }
      }
      value = output
      try inspect?(LayerEvent(network: name, layer: layer.name, kind: .output, tensor: value, layout: layout))
    }
    return value
  }

  /// One of the outputs of the last forward pass on `input`.
  package func output(_ number: Int, _ input: Tensor, pass: Pass, layout: BatchLayout) -> Tensor {
    value(of: outputPlaces[number], input, pass, layout)
  }

  /// Calls `beginForward` of the layer at `place` with the whole input.
  private func beginForward(_ place: Int, _ input: Tensor, pass: Pass, layout: BatchLayout, mode: ForwardMode) {
    let layer = layers[place]
    let record = pass.record(place, samples: layout.samples, input: input)
    context.threads.forEach(layout.samples) { sample, _ in
      layer.beginForward(
        input, into: record, samples: sample..<sample + 1, channels: 0..<input.shape.channels, mode: mode)
    }
  }

  /// Runs the layers backward from the gradients of the outputs, and sums the parameters' gradients into `sums`.
  /// Collective if batch norm uses batch statistics.
  ///
  /// - Parameters:
  ///   - pass: holds the outputs' gradients in `outputGradient`; they are overwritten.
  ///   - group: the group of `sums` that receives the gradients of the pass's first group.
  ///   - finished: called when a layer's gradients are complete, with its place in `layers`.
  package func backward(
    input: Tensor, pass: Pass, layout: BatchLayout, into group: Int = 0,
    finished: (_ layer: Int) throws -> Void = { _ in }
  ) throws {
    _ = try backward(
      input: input, pass: pass, layout: layout, summingGradients: true, into: group, needsInputGradient: false,
      finished: finished)
  }

  /// Runs the layers backward like `backward`, and returns the gradient of `input`.
  ///
  /// - Parameter summingGradients: whether to sum the parameters' gradients, too.
  package func backwardToInput(_ input: Tensor, pass: Pass, layout: BatchLayout, summingGradients: Bool) throws
    -> Tensor
  {
    try backward(
      input: input, pass: pass, layout: layout, summingGradients: summingGradients, into: 0, needsInputGradient: true
    ) {
      _ in
    }
  }

  /// - Returns: the gradient that was computed last.
  private func backward(
    input: Tensor, pass: Pass, layout: BatchLayout, summingGradients: Bool, into group: Int, needsInputGradient: Bool,
    finished: (_ layer: Int) throws -> Void
  ) throws -> Tensor {
    if summingGradients { clearGaps() }
    var gradient = pass.outputGradient(layout.samples, ofOutput: outputPlaces.count - 1)
    var hasBegun = false
    for place in layers.indices.reversed() {
      if let output = outputNumber(of: place) { gradient = pass.outputGradient(layout.samples, ofOutput: output) }
      for branch in branches[place] { add(pass.branchGradient(branch, samples: layout.samples), to: gradient) }
      if !hasBegun { beginBackward(place, gradient, input, pass: pass, layout: layout) }
      hasBegun = fusesLayers && place > 0 && !startsBranch(place) && branches[place - 1].isEmpty
      let layer = layers[place]
      let (before, record) = ends(of: place, input, pass, layout)
      let isWanted = sources[place] >= 0 || needsInputGradient
      let next = isWanted ? pass.inputGradient(place, samples: layout.samples) : nil
      let sums = summingGradients ? sums?.from(group: group) : nil
      if hasBegun {
        let below = layers[place - 1]
        let (belowInput, belowRecord) = ends(of: place - 1, input, pass, layout)
        let written = next ?? gradient
        try layer.backward(
          gradient, input: before, record: record, inputGradient: next, sums: sums, layout: layout
        ) { samples, channels in
          below.beginBackward(
            written, input: belowInput, record: belowRecord, samples: samples, channels: channels, layout: layout)
        }
      } else {
        try layer.backward(
          gradient, input: before, record: record, inputGradient: next, sums: sums, layout: layout
        ) { _, _ in }
      }
      if let next { gradient = next }
      if isWanted {
        try inspect?(
          LayerEvent(network: name, layer: layer.name, kind: .inputGradient, tensor: gradient, layout: layout))
      }
      try finished(place)
    }
    return gradient
  }

  /// Adds a branch's part to a gradient.
  private func add(_ part: Tensor, to gradient: Tensor) {
    let count = gradient.shape.sampleCount
    context.threads.forEach(gradient.shape.samples) { sample, _ in
      let (sum, part) = (gradient.sample(sample), part.sample(sample))
      for place in 0..<count { sum[place] += part[place] }
    }
  }

  /// Calls `beginBackward` of the layer at `place` with the whole gradient of its output.
  private func beginBackward(_ place: Int, _ gradient: Tensor, _ input: Tensor, pass: Pass, layout: BatchLayout) {
    let layer = layers[place]
    let (before, record) = ends(of: place, input, pass, layout)
    context.threads.forEach(layout.samples) { sample, _ in
      layer.beginBackward(
        gradient, input: before, record: record, samples: sample..<sample + 1,
        channels: 0..<gradient.shape.channels, layout: layout)
    }
  }

  /// The input of the layer at `place`, and the record of its forward pass.
  private func ends(
    of place: Int, _ input: Tensor, _ pass: Pass, _ layout: BatchLayout
  ) -> (input: Tensor, record: LayerRecord) {
    let before = value(of: sources[place], input, pass, layout)
    return (before, pass.record(place, samples: layout.samples, input: before))
  }

  /// The output of the layer at `place`, or the input before the first.
  private func value(of place: Int, _ input: Tensor, _ pass: Pass, _ layout: BatchLayout) -> Tensor {
    place < 0 ? input : pass.record(place, samples: layout.samples, input: input).output
  }
}

/// A tensor that a layer has just written.
package struct LayerEvent {
  package enum Kind: String, Sendable {
    case output = "output"
    case inputGradient = "gradient of the input"
  }
  package let network: String
  package let layer: LayerName
  package let kind: Kind
  package let tensor: Tensor
  package let layout: BatchLayout
}
