package io.netrun.resilience.spring.problem;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown if the resilience configuration is invalid, for example at start-up. Has all problems that were found. */
public final class ResilienceConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** Creates an exception for all problems found together. */
    public ResilienceConfigurationException(List<Problem> problems) {
        super(problems.stream()
                .map(problem -> problem.description() + ". " + problem.remedy())
                .collect(Collectors.joining("; ", "Resilience configuration: ", "")));
        this.problems = List.copyOf(problems);
    }

    /** The problems, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
