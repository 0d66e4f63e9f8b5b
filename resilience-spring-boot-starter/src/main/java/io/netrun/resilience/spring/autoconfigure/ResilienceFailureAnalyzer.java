package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports every problem of the resilience configuration, with its remedy. */
final class ResilienceFailureAnalyzer extends AbstractFailureAnalyzer<ResilienceConfigurationException> {

    private static final String TOLERATE =
            "\n\nOr set resilience.validation to warn: the application starts, and this is logged.";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ResilienceConfigurationException cause) {
        List<Problem> problems = cause.problems();
        return new FailureAnalysis(
                "The resilience configuration has " + problems.size()
                        + (problems.size() == 1 ? " problem:" : " problems:") + list(problems, Problem::description),
                (problems.size() == 1
                                ? problems.get(0).remedy()
                                : "In the same order:" + list(problems, Problem::remedy))
                        + (problems.stream().allMatch(Problem::tolerable) ? TOLERATE : ""),
                cause);
    }

    private static String list(List<Problem> problems, Function<Problem, String> part) {
        return problems.stream().map(part).collect(Collectors.joining("\n    - ", "\n\n    - ", ""));
    }
}
