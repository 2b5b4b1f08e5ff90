import Hosts
import Testing
import disttrain_launch

@Suite struct RankOptionsTests {
  @Test(arguments: [
    "-np 2", "--np 2", "-n 2", "--n 2", "-np2", "-n2", "--np2", "-np=2", "--np=2", "-n=2", "--n=2",
  ])
  func allFormsOfTheNumberOfRanks(form: String) {
    let words = form.split(separator: " ").map(String.init)
    #expect(RankOptions.normalized(words + ["a.yaml"]) == ["-np", "2", "a.yaml"])
    #expect(RankOptions.normalized(["--print"] + words + ["a.yaml"]) == ["--print", "-np", "2", "a.yaml"])
    #expect(RankOptions.contains(words[0]))
    #expect(throws: LaunchError.self) { try ProgramArguments(["a.yaml"] + words) }
  }

  @Test func hostfiles() {
    for name in ["--hostfile", "-hostfile", "--machinefile", "-machinefile"] {
      #expect(RankOptions.normalized([name, "-n2", "a"]) == ["--hostfile", "-n2", "a"])
      #expect(RankOptions.normalized([name + "=h", "a"]) == ["--hostfile", "h", "a"])
    }
  }

  /// What follows the configuration is disttrain's, and values are no options.
  @Test func whatIsLeftAlone() {
    for words in [
      ["a.yaml", "--np", "2"], ["--restarts", "-n2", "a.yaml"], ["--", "-n2"], ["-nope", "a.yaml"], ["--number=2"],
      ["-np"], ["-"], [], ["--print", "generate", "-n", "3"], ["-npx"],
    ] {
      #expect(RankOptions.normalized(words) == words)
    }
    for word in ["--set", "n=2", "-nope", "--nproc", "2"] { #expect(!RankOptions.contains(word)) }
  }
}
