import NNCommandLine
/// `nnrun completion`
enum CompletionCommand: Command {
  static let name = "completion"
  static let summary = "print a completion script for bash or zsh"
  static let positionals = [Positional(name: "SHELL", help: "bash or zsh.", choices: ["bash", "zsh"])]
  static let options: [Option] = []
  static let examples = [
    (
      line: "source <(nnrun completion bash)",
      meaning: "Complete verbs, options and files in this shell; put the line into ~/.bashrc to keep it."
    ),
    (
      line: "nnrun completion zsh > \"${fpath[1]}/_nnrun\"", meaning: "Install the completion for zsh."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    try printResult(arguments.positionals[0] == "bash" ? bash : zsh, terminator: "")
    return .done
  }

  private static var bash: String {
    var text = """
      # Completion of nnrun for bash.
      _nnrun() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(allCommands.map { $0.name }.joined(separator: " ")) help" -- "$word"))
          return
        fi
        case "$verb $before" in

      """
    for command in allCommands {
      for option in command.options {
        if case .choice(let words) = option.value {
          text += "    \"\(command.name) --\(option.name)\") "
          text += "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$word\")); return ;;\n"
        }
      }
    }
    text += "  esac\n  if [[ $word == -* ]]; then\n    case \"$verb\" in\n"
    for command in allCommands {
      let words = command.allOptions.map { "--\($0.name)" }.joined(separator: " ")
      text += "      \(command.name)) COMPREPLY=($(compgen -W \"\(words)\" -- \"$word\")) ;;\n"
    }
    text += "    esac\n    return\n  fi\n  case \"$verb $COMP_CWORD\" in\n"
    for command in allCommands {
      if let words = command.positionals.first?.choices, !words.isEmpty {
        text += "    \"\(command.name) 2\") "
        text += "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$word\")); return ;;\n"
      }
    }
    return text + "  esac\n  COMPREPLY=($(compgen -f -- \"$word\"))\n}\ncomplete -o filenames -F _nnrun nnrun\n"
  }

  private static var zsh: String {
    var text = "#compdef nnrun\n# Completion of nnrun for zsh.\n_nnrun() {\n  local -a verbs\n  verbs=(\n"
    for command in allCommands { text += "    '\(command.name):\(quoted(command.summary))'\n" }
    text += "  )\n  if (( CURRENT == 2 )); then\n    _describe 'verb' verbs\n    return\n  fi\n"
    text += "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $verb in\n"
    for command in allCommands {
      text += "    \(command.name))\n      _arguments \\\n"
      for option in command.allOptions {
        let star = option.repeats ? "*" : ""
        text += "        '\(star)--\(option.name)\(argument(option))' \\\n"
      }
      if let words = command.positionals.first?.choices, !words.isEmpty {
        text += "        '1:\(quoted(command.positionals[0].name)):(\(words.joined(separator: " ")))' \\\n"
      }
      text += "        '*:file:_files'\n      ;;\n"
    }
    return text + "  esac\n}\nif [ \"$funcstack[1]\" = _nnrun ]; then _nnrun \"$@\"; else compdef _nnrun nnrun; fi\n"
  }

  private static func argument(_ option: Option) -> String {
    let help = "[\(quoted(option.help))]"
    switch option.value {
    case .none: return help
    case .text(let word): return "=\(help):\(quoted(word)):"
    case .path(let word): return "=\(help):\(quoted(word)):_files"
    case .choice(let words): return "=\(help):value:(\(words.joined(separator: " ")))"
    }
  }

  /// Safe inside single quotes and inside the brackets of `_arguments`.
  private static func quoted(_ text: String) -> String {
    text.replacing("'", with: "").replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(":", with: "\\:")
  }
}
