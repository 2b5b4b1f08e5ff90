/// A run of two steps whose model has few tensors, so that its files are written by few system calls.
enum SmallRun {
  static let steps = 2

  static let configuration = """
    name: run
    seed: 7
    data: {source: synthetic, synthetic: {count: 16}, image: {size: 8, channels: 1}}
    model:
      latent: {size: 2}
      generator: {layers: [{dense: {units: 64}}, {reshape: {channels: 1, size: 8}}, {tanh: {}}]}
      discriminator: {layers: [{flatten: {}}, {dense: {units: 1}}]}
    train: {batch: 8, shards: 8, steps: \(steps)}
    output: {samples: {every: 2, count: 4}, checkpoints: {every: 1, keep: 3}, log: {every: 1}}
    threads: 1

    """
}
