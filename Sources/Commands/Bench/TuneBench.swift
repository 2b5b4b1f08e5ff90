import Cluster
import Configuration
import Files
import GAN
import Numerics
import Reporting

/// `disttrain bench --tune`: the best algorithm for each pass of the convolutions of a configuration.
struct TuneBench {
  private let console = Console(isSpeaking: true)
  private let configuration: Configuration
  private let kernels: Kernels
  private let threads: Threads
  private let rounds: Int
  /// Samples of a shard, and shards of a batch.
  private let shardings: [(samples: Int, shards: Int)]
  private let printsSource: Bool

  /// - Parameters:
  ///   - shardSizes: samples of a shard, in batches of about the configuration's size; nil for the configuration's own
  ///     batch and shards.
  ///   - printsSource: whether to print the lines of the committed table, too.
  init(_ configuration: Configuration, _ kernels: Kernels, rounds: Int, shardSizes: [Int]?, printsSource: Bool) throws {
    self.configuration = configuration
    self.kernels = kernels
    self.rounds = rounds
    self.printsSource = printsSource
    threads = Threads(count: ThreadCount.resolve(configuration.threads))
    let training = configuration.training(ranks: 1)
    shardings =
      shardSizes.map { sizes in sizes.map { ($0, max(1, training.batch / $0)) } }
      ?? [(training.samplesPerShard, training.shards)]
  }

  /// A convolution, and the layers that compute it.
  private struct Subject {
    let geometry: ConvolutionGeometry
    var layers: [NamedConvolution]

    /// D sees real and fake images together.
    var groups: Int { layers.contains { $0.network == "discriminator" } ? 2 : 1 }

    /// The pass and its layers, for example `discriminator.2 forward, generator.9 data`.
    func name(_ pass: ConvolutionPass) -> String {
      layers.map { layer in
        let kind = KernelSettings.Pass.allCases.first { $0.role(isTransposed: layer.isTransposed) == pass }!
        return "\(layer.name) \(kind)"
      }.joined(separator: ", ")
    }
  }

  func run() throws {
    let subjects = try subjects()
    var entries: [MeasuredConvolution.Entry] = []
    for sharding in shardings {
      console.say(
        """
        \(configuration.name): \(quantity(sharding.shards * sharding.samples, "image")) in \
        \(quantity(sharding.shards, "shard")), \(kernels) kernels, \
        \(quantity(threads.count, "thread")); ms of processor time a pass, medians of \(quantity(rounds, "round"))
        """)
      var table = TextTable(
        [.left("pass"), .right("images")] + ConvolutionAlgorithm.allCases.map { .right($0.rawValue) }
          + [.left("best"), .right("faster by")])
      var settings = KernelSettings(instructionSet: kernels.instructionSet)
      for subject in subjects {
        let contest = AlgorithmContest(
          subject.geometry, shards: sharding.shards, samplesPerShard: sharding.samples, groups: subject.groups,
          context: ComputeContext(kernels: kernels, threads: threads))
        var choice = ConvolutionChoice(.direct)
        for pass in ConvolutionPass.allCases {
          let times = contest.times(pass, rounds: rounds)
          choice[pass] = times.winner
          table.add(
            [subject.name(pass), "\(subject.groups * sharding.shards * sharding.samples)"]
              + ConvolutionAlgorithm.allCases.map { times.medians[$0].map { decimal($0 * 1e3, 2) } ?? "" }
              + [times.winner.rawValue, times.lead.map(percent) ?? ""])
        }
        for layer in subject.layers {
          settings.layers[layer.name] = KernelSettings.Layer(choice, isTransposed: layer.isTransposed)
        }
        entries.append(
          .init(
            MeasuredConvolution(subject.geometry, samplesPerShard: sharding.samples, kernels.instructionSet), choice))
      }
      console.say(
        """
        \(table.text)

        For a configuration whose shards have \(quantity(sharding.samples, "image")):
        \(settings.section)
        """)
    }
    if printsSource {
      console.say("Lines of ConvolutionChoiceTable.swift:")
      for entry in entries { console.say("    " + entry.source) }
    }
  }

  private func subjects() throws -> [Subject] {
    var subjects: [Subject] = []
    for layer in try configuration.model.convolutions() {
      if let known = subjects.firstIndex(where: { $0.geometry == layer.geometry }) {
        subjects[known].layers.append(layer)
      } else {
        subjects.append(Subject(geometry: layer.geometry, layers: [layer]))
      }
    }
    return subjects
  }
}

extension KernelSettings {
  /// The section of a configuration for these algorithms, one layer per line.
  fileprivate var section: String {
    var lines = ["kernels:", "  instructionSet: \(instructionSet?.rawValue ?? "auto")"]
    var network: Substring = ""
    for name in names {
      let parts = name.split(separator: ".")
      if parts[0] != network { lines.append("  \(parts[0]):") }
      network = parts[0]
      let passes = Pass.allCases.compactMap { pass in layers[name]![pass].map { "\(pass): \($0.rawValue)" } }
      lines.append("    \(parts[1]): {\(passes.joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
