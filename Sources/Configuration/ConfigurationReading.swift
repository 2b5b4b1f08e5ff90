import Files
import GAN
import Glibc

extension Configuration {
  /// Reads and checks `file`, which may begin with `~/`, with `--set` arguments applied to it; touches neither MPI nor the images.
  ///
  /// A relative `data.path` is relative to the folder of the file, or to the working directory if `--set` gives it.
  ///
  /// - Throws: all problems at once.
  package init(file: String, overrides: [String] = []) throws(ConfigurationError) {
    let path = expandingHome(file)
    let text = try ConfigurationText(file: path)
    try self.init(text, SettingsOrigin(file: path, folder: absoluteFolder(of: path)), overrides: overrides)
  }

  /// Reads the configuration that a checkpoint has recorded. A missing key has its `older` value, if it declares one.
  ///
  /// - Parameter file: its name in messages.
  package init(recorded yaml: String, file: String) throws(ConfigurationError) {
    let text = try ConfigurationText(bytes: Array(yaml.utf8), file: file)
    try self.init(text, SettingsOrigin(file: file, folder: "/", isRecorded: true), overrides: [])
  }

  /// Reads YAML from memory; `file` is its name in messages.
  package init(
    yaml: String, file: String, folder: String = "/", overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(bytes: Array(yaml.utf8), file: file, folder: folder, overrides: overrides)
  }

  /// The same for bytes that may not be text.
  package init(
    bytes: [UInt8], file: String, folder: String = "/", overrides: [String] = []
  ) throws(ConfigurationError) {
    let text = try ConfigurationText(bytes: bytes, file: file)
    try self.init(text, SettingsOrigin(file: file, folder: folder), overrides: overrides)
  }

  /// The dotted keys that have a value other than null in `file` or `--set`.
  package static func keysSet(in file: String, overrides: [String] = []) throws(ConfigurationError) -> Set<String> {
    let root = try tree(ConfigurationText(file: expandingHome(file)), overrides: overrides, ConfigurationProblems())
    return Set(root.leafKeys)
  }

  /// Whether the YAML leaves the number of threads to the program: for the launcher, which must know before the program
  /// reads the rest. Mistakes elsewhere are ignored; an invalid number of threads counts as set.
  package static func leavesThreadsOpen(yaml: String) -> Bool {
    let problems = ConfigurationProblems()
    guard let text = try? ConfigurationText(bytes: Array(yaml.utf8), file: "run"),
      let root = try? tree(text, overrides: [], problems)
    else { return true }
    let read = Configuration(SettingSection("", root, problems, SettingsOrigin(file: "run", folder: "/")))
    return read.threads == .automatic && !problems.all.contains { $0.message.hasPrefix("threads:") }
  }

  private init(
    _ text: ConfigurationText, _ origin: SettingsOrigin, overrides: [String]
  ) throws(ConfigurationError) {
    let problems = ConfigurationProblems()
    let root = try Self.tree(text, overrides: overrides, problems)
    self.init(SettingSection("", root, problems, origin))
    guard problems.all.isEmpty else { throw ConfigurationError(problems.all, file: text.file) }
  }

  /// The file's settings with those of `--set` in their places.
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

  private init(_ root: SettingSection) {
    self.init()
    name = root.origin.defaultName
    declare(SettingReader(root))
    root.finish()
    if root.problems.all.isEmpty { checkTogether(root) }
  }
}

/// The origin of settings: determines relative paths, the default name and the value of missing keys.
struct SettingsOrigin {
  let file: String
  /// Absolute folder of the configuration file.
  let folder: String
  /// Whether a checkpoint recorded them: it recorded every key of its time, so a missing key is newer.
  var isRecorded = false

  /// The file's name without its extension.
  var defaultName: String {
    let name = file.split(separator: "/").last ?? "run"
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    return stem.isEmpty ? "run" : String(stem)
  }

  /// `path`, given at `place`, as an absolute path.
  func absolutePath(_ path: String, at place: SettingPlace) -> String {
    var base = folder
    if case .override = place { base = workingFolder() }
    return normalized(path.hasPrefix("/") ? path : base + "/" + path)
  }
}

/// The folder of `file` without symbolic links, so that `..` in a path leads to the real parent.
private func absoluteFolder(of file: String) -> String {
  let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
  guard let path = realpath(folder, nil) else { return workingFolder() }
  defer { free(path) }
  return String(cString: path)
}

private func workingFolder() -> String {
  guard let folder = getcwd(nil, 0) else { return "/" }
  defer { free(folder) }
  return String(cString: folder)
}

/// Removes `.`, empty parts, and each `..` with the part before it.
private func normalized(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}
