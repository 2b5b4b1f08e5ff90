import Configuration
import Files
import Numerics
import Reporting

/// The speed of one thread that reads, decodes and transforms the images of a folder, as a first run does before they
/// are in the cache.
struct FolderBench {
  private let console = Console(isSpeaking: true)
  private let folder: String
  private let loader: LoaderBench
  private let transform: String
  private let passes: Int

  /// - Parameter rounds: passes over the folder; fewer than three become three.
  /// - Throws: `ImageError` if the folder is missing, unreadable, or has no images.
  init(_ folder: String, _ configuration: Configuration, _ kernels: Kernels, rounds: Int) throws {
    let (data, model) = (configuration.data, configuration.model)
    self.folder = folder
    loader = try LoaderBench(
      folder: folder, transform: data.transform(to: model.image), kernels: kernels)
    transform =
      "\(model.image.width)×\(model.image.height)×\(model.image.channels), resize: \(data.resize), "
      + "\(data.antialias ? "antialiased" : "not antialiased"), decode: \(data.decode)"
    passes = max(3, rounds)
  }

  /// Measures and prints; the last line has the speed.
  func run() throws {
    let threads = Threads(count: 1)
    defer { threads.stop() }
    // The first pass brings the files into the system's cache and does not count.
    _ = try loader.measure(threads)
    let speeds = try (0..<passes).map { _ in try loader.measure(threads) }
    let perImage = speeds.map { 1e3 * $0.processorSeconds / Double($0.images) }
    var table = TextTable([.left("one thread"), .right("median (least to greatest)")])
    table.add(["images/s", Sample(speeds.map(\.imagesPerSecond)).spread(1)])
    table.add(["ms of processor time per image", Sample(perImage).spread(3)])
    console.say(
      """
      \(quantity(speeds[0].images, "image")) of \(folder) read, decoded and transformed to \(transform); \
      \(quantity(passes, "pass", plural: "passes"))
      \(table.text)
      images/s \(decimal(Sample(speeds.map(\.imagesPerSecond)).median, 1))
      """)
  }
}
