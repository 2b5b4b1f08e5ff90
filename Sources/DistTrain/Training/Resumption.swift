import Cluster
import Configuration
import Files
import ImageIO
import ModelFiles
import Numerics
import Reporting

/// The checkpoint that a run continues, and the notes about it.
package struct Resumption {
  /// The facts of the checkpoint; nil for a new run.
  package let facts: CheckpointFacts?
  /// Open on rank 0 only.
  package let file: SafetensorsFile?
  /// Damaged checkpoints that were passed over, and changes of settings, in whole sentences.
  package let notes: [String]

  /// Finds the checkpoint on rank 0, checks that the configuration may continue it, and sends its facts to the other
  /// ranks. Collective.
  ///
  /// - Parameter rule: whether the run may continue with a change, as the key's declaration says.
  package static func find(
    _ configuration: Configuration, _ options: RunOptions, in folder: RunFolder, job: any Job,
    rule: (SettingChange) -> SettingChange.Rule = { $0.rule }
  ) throws -> Resumption {
    var found: (file: SafetensorsFile, facts: CheckpointFacts)?
    var notes: [String] = []
    try job.onFirst {
      found = try newest(options, in: folder, &notes)
      guard let (file, facts) = found else { return }
      let old = try Configuration(recorded: facts.configuration, file: "the configuration in \(file.path)")
      let new = try Self.continuing(configuration, from: old, options)
      let arithmetic = try Arithmetic.change(from: facts, old, to: new)
      let changes =
        new.changes(from: old).filter { rule($0) == .fixed && !isShardCount($0, facts) }
        + (arithmetic.map { [$0.setting] } ?? [])
      if !changes.isEmpty, let misfit = try NetworkTensors(old.model).misfit(to: NetworkTensors(new.model)) {
        throw impossible(changes, misfit, file.path)
      }
      let refused = changes.filter { change in
        !options.allowedChanges.contains { $0 == change.key || $0 == change.allowance }
      }
      guard refused.isEmpty else { throw forbidden(refused, arithmetic, file.path) }
      notes += new.data.differences(from: configuration.data).map { key, kept, other in
        "\(key) stays \(kept), as in the checkpoint; \(other) needs --allow-change \(key)"
      }
      notes += changes.map { "changed since the checkpoint, as allowed: \($0)" }
      let recorded = changes.map { "after step \(facts.step): \($0)" }
      found?.facts.changes = ([facts.changes].filter { !$0.isEmpty } + recorded).joined(separator: "\n")
    }
    let text = found.map { encode($0.facts) } ?? []
    let facts = try decode(try job.broadcast(text))
    return Resumption(facts: facts, file: found?.file, notes: notes)
  }

  /// The instruction set of the checkpoint that would probably be continued; nothing is checked.
  package static func recordedInstructionSet(_ options: RunOptions, in folder: RunFolder) -> InstructionSet? {
    let path: String? =
      switch options.resume {
      case .none: nil
      case .file(let path): path
      case .automatic: (try? folder.checkpoints())?.first?.path
      }
    return path.flatMap { try? SafetensorsFile(path: $0, verification: .none) }?
      .metadata["instructionSet"].flatMap(InstructionSet.init)
  }

  /// The configuration of the continued run: the checkpoint's algorithms stay if `configuration` does not set others, and
  /// so does its older reading of images.
  package func configuration(
    continuing configuration: Configuration, _ options: RunOptions
  ) throws -> Configuration {
    guard let facts else { return configuration }
    let old = try Configuration(recorded: facts.configuration, file: "the checkpoint")
    return try Self.continuing(configuration, from: old, options)
  }

  private static func continuing(
    _ configuration: Configuration, from old: Configuration, _ options: RunOptions
  ) throws -> Configuration {
    var kept = try configuration.keepingKernels(of: old)
    kept.data.keepOlderReading(of: old.data, except: options.allowedChanges)
    return kept
  }

  /// `shards: auto` and the checkpoint's own number both continue with the checkpoint's number.
  private static func isShardCount(_ change: SettingChange, _ facts: CheckpointFacts) -> Bool {
    change.key == "train.shards" && (change.new == "auto" || change.new == "\(facts.shards)")
  }

  private static func newest(_ options: RunOptions, in folder: RunFolder, _ notes: inout [String]) throws
    -> (SafetensorsFile, CheckpointFacts)?
  {
    switch options.resume {
    case .none: return nil
    case .file(let path):
      return try sound(path)
    case .automatic:
      let candidates = try folder.checkpoints()
      for candidate in candidates {
        do throws(FileError) {
          return try sound(candidate.path)
        } catch {
          notes.append("passed over: \(error)")
        }
      }
      guard candidates.isEmpty else {
        throw UserFacingError(
          code: .badData,
          message: """
            \(folder.checkpointsFolder): none of the checkpoints, \(candidates.count) in all, can be used:
              \(notes.joined(separator: "\n  "))
            Put a good one there, or begin a new run with --resume none
            """)
      }
      return nil
    }
  }

  private static func sound(_ path: String) throws(FileError) -> (SafetensorsFile, CheckpointFacts) {
    let opened = try TrainedFile(path: path, for: .training)
    try opened.file.requireFinite()
    return (opened.file, opened.facts!)
  }

  /// Changes that no option allows.
  private static func impossible(_ changes: [SettingChange], _ misfit: String, _ path: String) -> UserFacingError {
    UserFacingError(
      code: .usage,
      message: """
        \(path) was made with other settings:
          \(changes.map(\.description).joined(separator: "\n  "))
        Its networks do not fit: \(misfit)
        Go back to the old ones, or begin a new run with --resume none
        """)
  }

  private static func forbidden(
    _ changes: [SettingChange], _ arithmetic: Arithmetic.Change?, _ path: String
  ) -> UserFacingError {
    let reason = arithmetic.flatMap { changes.contains($0.setting) ? $0.reason + "\n" : nil }
    let (made, back) =
      switch (reason != nil, changes.count > 1) {
      case (false, _): ("with other settings", "Go back to the old ones")
      case (true, false): ("by another program", "Continue with that program")
      case (true, true): ("with other settings, by another program", "Go back to the old ones, with that program")
      }
    var allowances: [String] = []
    for change in changes where !allowances.contains(change.allowance) { allowances.append(change.allowance) }
    return UserFacingError(
      code: .usage,
      message: """
        \(path) was made \(made):
          \(changes.map(\.description).joined(separator: "\n  "))
        \(reason ?? "")\(back), begin a new run with --resume none, or continue with \
        \(allowances.map { "--allow-change \($0)" }.joined(separator: " "))
        """)
  }

  // Facts travel as the metadata that they are stored as.

  private static func encode(_ facts: CheckpointFacts) -> [UInt8] {
    let metadata = facts.metadata.sorted { $0.key < $1.key }
    return Array(metadata.map { "\($0.key)\u{1}\($0.value)" }.joined(separator: "\u{2}").utf8)
  }

  private static func decode(_ bytes: [UInt8]) throws(FileError) -> CheckpointFacts? {
    guard !bytes.isEmpty else { return nil }
    var metadata: [String: String] = [:]
    for pair in String(decoding: bytes, as: UTF8.self).split(separator: "\u{2}") {
      let parts = pair.split(separator: "\u{1}", maxSplits: 1, omittingEmptySubsequences: false)
      metadata[String(parts[0])] = String(parts[1])
    }
    return try CheckpointFacts(metadata: metadata, path: "the checkpoint, as sent by rank 0")
  }
}

extension DataSettings {
  /// A run whose images were read before there was a setting for it continues so, though the default is another by now.
  fileprivate mutating func keepOlderReading(of old: DataSettings, except allowed: some Collection<String>) {
    if orientation == .exif, old.orientation == .stored, !allowed.contains("data.orientation") {
      orientation = .stored
    }
    if background == .file, old.background == .ignore, !allowed.contains("data.background") { background = .ignore }
    if formats == .all, old.formats == .older, !allowed.contains("data.formats") { formats = .older }
    if folders == .images, old.folders == .all, !allowed.contains("data.folders") { folders = .all }
  }

  /// The settings of the reading that are not those of `other` and matter to the source.
  fileprivate func differences(from other: DataSettings) -> [(key: String, value: String, other: String)] {
    guard [.folder, .celeba].contains(source) else { return [] }
    return [
      ("data.orientation", orientation.rawValue, other.orientation.rawValue),
      ("data.background", "\(background)", "\(other.background)"),
      ("data.formats", Self.list(formats), Self.list(other.formats)),
      ("data.folders", folders.rawValue, other.folders.rawValue),
    ].filter { $0.1 != $0.2 }
  }

  private static func list(_ formats: Set<ImageFormat>) -> String {
    formats.inOrder.map(\.settingName).joined(separator: ", ")
  }
}

extension Configuration {
  fileprivate func keepingKernels(of old: Configuration) throws -> Configuration {
    var kept = self
    kept.kernels = try kernels.continuing(old.kernels, with: model)
    return kept
  }
}
