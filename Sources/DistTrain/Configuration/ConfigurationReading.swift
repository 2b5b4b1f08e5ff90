import GAN
import Glibc

extension Configuration {
  /// Reads and checks `file` with `--set` arguments applied to it; touches neither MPI nor the pictures.
  ///
  /// A relative `data.path` counts from the folder of the file, one given by `--set` from the working directory. Errors: all
  /// that is wrong, at once.
  package init(file: String, overrides: [String] = []) throws(ConfigurationError) {
    let text = try ConfigurationText(file: file)
    try self.init(text, folder: absoluteFolder(of: file), overrides: overrides)
  }

  /// Reads YAML that is in memory, such as a checkpoint's; `file` is what messages call it.
  package init(
    yaml: String, file: String, folder: String = "/", overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(bytes: Array(yaml.utf8), file: file, folder: folder, overrides: overrides)
  }

  /// As above, of bytes that need not be text.
  package init(
    bytes: [UInt8], file: String, folder: String = "/", overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(ConfigurationText(bytes: bytes, file: file), folder: folder, overrides: overrides)
  }

  /// The dotted keys that `file` or `--set` give a value other than null, for what fills in only what is unset.
  package static func keysSet(in file: String, overrides: [String] = []) throws(ConfigurationError) -> Set<String> {
    let root = try tree(ConfigurationText(file: file), overrides: overrides, ConfigurationProblems())
    return Set(root.leafKeys)
  }

  private init(_ text: ConfigurationText, folder: String, overrides: [String]) throws(ConfigurationError) {
    let problems = ConfigurationProblems()
    let root = try Self.tree(text, overrides: overrides, problems)
    self.init(SettingSection("", root, problems), Locations(file: text.file, folder: folder))
    guard problems.all.isEmpty else { throw ConfigurationError(problems.all, file: text.file) }
  }

  /// The file's settings with those of `--set` put in their places.
  private static func tree(
    _ text: ConfigurationText, overrides: [String], _ problems: ConfigurationProblems
  ) throws(ConfigurationError) -> SettingNode {
    let file = text.file
    let composed = try SettingNode.compose(text.text, file: file, problems: problems) { mark in
      mark.map { .line(file: file, line: $0.line, column: $0.column) } ?? .wholeFile(file)
    }
    guard var root = composed, !root.isNull else {
      throw ConfigurationError(
        "found nothing in it, expected a configuration in YAML.", at: .wholeFile(file), file: file)
    }
    for override in overrides {
      try SettingOverride(override, file: file, problems: problems).apply(to: &root)
    }
    return root
  }

  private init(_ root: SettingSection, _ locations: Locations) {
    name = root.runName(default: locations.defaultName)
    seed = UInt64(root.integer("seed", 0...Int.max, default: 1))
    let data = root.section("data")
    let image = data.section("image")
    let size = image.integer("size", 1...4096, default: 64)
    let channels = image.channels()
    self.data = DataSettings(data, image, locations)
    model = root.section("model").model(imageSize: size, imageChannels: channels, imageKeys: image)
    train = TrainSettings(root.section("train"))
    threads = root.automaticOrCount("threads", 1...1024)
    watchdog = root.integer("watchdog", 0...86_400, default: 60)
    kernels = KernelSettings(root.section("kernels"))
    output = OutputSettings(root.section("output"))
    root.finish()
    if root.problems.all.isEmpty { checkTogether(root) }
  }
}

/// What relative paths and the default name count from.
struct Locations {
  let file: String
  /// Absolute folder of the configuration file.
  let folder: String

  /// The file's name without its extension.
  var defaultName: String {
    let name = file.split(separator: "/").last ?? "run"
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    return stem.isEmpty ? "run" : String(stem)
  }

  /// An absolute path for what `place` calls `path`.
  func resolve(_ path: String, at place: SettingPlace) -> String {
    var base = folder
    if case .override = place { base = workingFolder() }
    return normalized(path.hasPrefix("/") ? path : base + "/" + path)
  }
}

extension SettingSection {
  fileprivate func runName(default fallback: String) -> String {
    let expected = "a name that can be a folder's: at most 100 bytes, no /, no . in front"
    return read("name", expected: expected) { node in
      node.text.flatMap { $0.utf8.count <= 100 && !$0.contains("/") && !$0.hasPrefix(".") ? $0 : nil }
    } ?? fallback
  }

  fileprivate func channels() -> Int {
    read("channels", expected: "1 (grey) or 3 (colour)") { $0.integer.flatMap { [1, 3].contains($0) ? $0 : nil } } ?? 3
  }

  /// `auto`, the default, or a number.
  func automaticOrCount(_ key: String, _ range: ClosedRange<Int>) -> CountSetting {
    let expected = "auto or a whole number from \(range.lowerBound) to \(range.upperBound)"
    return read(key, expected: expected) { node in
      node.text == "auto" ? .automatic : node.integer.flatMap { range.contains($0) ? .fixed($0) : nil }
    } ?? .automatic
  }
}

/// The folder of `file` without symbolic links, so that `..` in a path means what it says.
private func absoluteFolder(of file: String) -> String {
  let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
  guard let resolved = realpath(folder, nil) else { return workingFolder() }
  defer { free(resolved) }
  return String(cString: resolved)
}

private func workingFolder() -> String {
  guard let folder = getcwd(nil, 0) else { return "/" }
  defer { free(folder) }
  return String(cString: folder)
}

/// Removes `.`, empty parts, and `..` with what it leaves.
private func normalized(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}
