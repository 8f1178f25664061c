// Evaluates CEL with Google's own library. Standard input has one JSON object a line, {"e": expression, "v": variables},
// or {"v": variables} alone to change the variables of what follows. Standard output has one letter a line: t, f, or e
// for an expression that does not compile, does not evaluate or is neither true nor false.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
)

// extract is IAM's addition, written from its documentation.
func extract(text, template string) string {
	open := strings.Index(template, "{")
	end := strings.Index(template, "}")
	if open < 0 || end < open {
		return ""
	}
	before, after := template[:open], template[end+1:]
	_, rest, found := strings.Cut(text, before)
	if !found {
		return ""
	}
	if after == "" {
		return rest
	}
	value, _, found := strings.Cut(rest, after)
	if !found {
		return ""
	}
	return value
}

func environment() (*cel.Env, error) {
	return cel.NewEnv(
		ext.Strings(),
		cel.Variable("assertion", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("google", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("attribute", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("request", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("resource", cel.MapType(cel.StringType, cel.DynType)),
		cel.Function("extract", cel.MemberOverload("string_extract_string",
			[]*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
			cel.BinaryBinding(func(text, template ref.Val) ref.Val {
				return types.String(extract(string(text.(types.String)), string(template.(types.String))))
			}))),
	)
}

type line struct {
	E *string                   `json:"e"`
	V map[string]map[string]any `json:"v"`
}

func verdict(env *cel.Env, expression string, variables map[string]any) string {
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return "e"
	}
	program, err := env.Program(ast)
	if err != nil {
		return "e"
	}
	value, _, err := program.Eval(variables)
	if err != nil {
		return "e"
	}
	switch value {
	case types.True:
		return "t"
	case types.False:
		return "f"
	}
	return "e"
}

func main() {
	env, err := environment()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	variables := map[string]any{}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<24)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for input.Scan() {
		var one line
		if err := json.Unmarshal(input.Bytes(), &one); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if one.V != nil {
			variables = map[string]any{}
			for name, value := range one.V {
				if text, is := value["time"].(string); is && name == "request" {
					moment, err := time.Parse(time.RFC3339, text)
					if err != nil {
						fmt.Fprintln(os.Stderr, err)
						os.Exit(1)
					}
					value["time"] = moment
				}
				variables[name] = value
			}
		}
		if one.E != nil {
			fmt.Fprintln(output, verdict(env, *one.E, variables))
		}
	}
}
