import Configuration
import Files
import Glibc
import Reporting

extension SettingsReference {
  /// Prints all settings, or those of `key`, and ends the process.
  package func main(key: String?, asMarkdown: Bool) -> Never {
    do {
      StandardStream.output.write(asMarkdown ? markdown : try (key.map(text) ?? overview) + "\n")
      try StandardStream.requireOutput()
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }
}
