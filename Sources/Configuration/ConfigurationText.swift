import Files

/// The text of a configuration file, checked before YAML is parsed.
struct ConfigurationText {
  /// In bytes; far more than any configuration has.
  static let sizeLimit = 1 << 20

  let file: String
  package let text: String

  /// Reads a regular file; never waits on a pipe.
  init(file: String) throws(ConfigurationError) {
    let place = SettingPlace.wholeFile(file)
    let bytes: [UInt8]
    do {
      let opened = try RegularFile(path: file)
      let content = FileContent(try opened.bytes(at: 0, count: min(opened.size, FileContent.prefixLength)))
      if let format = content.format {
        let advice = format == .safetensors ? "a checkpoint goes behind --resume" : format.advice
        throw ConfigurationError(
          "found \(format.rawValue), expected a configuration in YAML\(advice.map { "; \($0)" } ?? "").", at: place,
          file: file)
      }
      guard opened.size <= Self.sizeLimit else {
        throw ConfigurationError("found \(opened.size) bytes, expected at most 1 MB of YAML.", at: place, file: file)
      }
      bytes = try opened.bytes(at: 0, count: opened.size)
    } catch FileError.notAFile(_, "a folder") where (try? FileContent(path: "\(file)/config.yaml")) != nil {
      throw ConfigurationError(
        "found a folder, expected a configuration in YAML. Give \(file)/config.yaml.", at: place, file: file)
    } catch let error as FileError {
      throw ConfigurationError(String(error.description.dropFirst(file.count + 2)), at: place, file: file)
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError("\(error)", at: place, file: file)
    }
    try self.init(bytes: bytes, file: file)
  }

  /// Skips a byte order mark, which some editors write. The rest must be UTF-8 without control characters.
  /// `fixedPlace`: the place in messages, instead of line and column.
  init(bytes: [UInt8], file: String, fixedPlace: SettingPlace? = nil) throws(ConfigurationError) {
    self.file = file
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      throw ConfigurationError(
        "found bytes that are not UTF-8. Save the file as UTF-8.", at: fixedPlace ?? .wholeFile(file), file: file)
    }
    self.text = text
    try checkCharacters(fixedPlace)
  }

  private func checkCharacters(_ fixedPlace: SettingPlace?) throws(ConfigurationError) {
    var line = 1
    var column = 1
    var isIndentation = true
    var beforeLast: Unicode.Scalar = "\n"
    var last: Unicode.Scalar = "\n"
    for scalar in text.unicodeScalars {
      let place = fixedPlace ?? .line(file: file, line: line, column: column)
      if scalar.value < 32 && !["\t", "\n", "\r"].contains(scalar) || scalar.value == 127 {
        throw ConfigurationError("found the control character \(scalar.value), expected text.", at: place, file: file)
      }
      if scalar == "\t" && isIndentation {
        throw ConfigurationError("found a tab, expected spaces: YAML indents with these alone.", at: place, file: file)
      }
      if last == "&" && Self.startsToken(after: beforeLast) && Self.isPartOfName(scalar) {
        throw ConfigurationError(
          "found &\(scalar)…, an anchor of YAML, which is not used here. Write the value out in each place.",
          at: place, file: file)
      }
      (beforeLast, last) = (last, scalar)
      column += 1
      if scalar == "\n" { (line, column) = (line + 1, 1) }
      isIndentation = scalar == "\n" || isIndentation && scalar == " "
    }
  }

  /// Searches without regard to quotes and comments: a few anchors can make a small file expand without end, and only a
  /// YAML parser can tell what is quoted.
  private static func startsToken(after scalar: Unicode.Scalar) -> Bool {
    [
      " ", "\t", "\n", "\r", "[", "{", ",", ":", "-", "?", "}", "]", "\"", "'", "\u{85}", "\u{2028}", "\u{2029}",
      "\u{FEFF}",
    ]
    .contains(scalar)
  }

  private static func isPartOfName(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
      || scalar == "-"
  }
}
