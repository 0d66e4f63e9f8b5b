package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

class ResilienceFailureAnalyzerTests {

    @Test
    void springShouldFindTheAnalyzer() {
        // Other analyzers want a bean factory, and are of no interest here.
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, failure) -> {})))
                .hasAtLeastOneElementOfType(ResilienceFailureAnalyzer.class);
    }

    @Test
    void oneProblemShouldBeReportedWithItsRemedy() {
        FailureAnalysis analysis = analyze(new Problem("x is 0", "Make it 1"));
        assertThat(analysis.getDescription()).isEqualTo("The resilience configuration has 1 problem:\n\n    - x is 0");
        assertThat(analysis.getAction()).isEqualTo("Make it 1");
    }

    @Test
    void problemsShouldBeReportedTogetherInOneOrder() {
        FailureAnalysis analysis = analyze(new Problem("x is 0", "Make it 1"), new Problem("y is 0", "Make it 2"));
        assertThat(analysis.getDescription())
                .isEqualTo("The resilience configuration has 2 problems:\n\n    - x is 0\n    - y is 0");
        assertThat(analysis.getAction()).isEqualTo("In the same order:\n\n    - Make it 1\n    - Make it 2");
    }

    @Test
    void tolerableProblemsShouldBeReportedWithTheSetting() {
        Problem tolerable = Problem.tolerable("x is unknown", "Did you mean 'y'?");
        assertThat(analyze(tolerable).getAction())
                .isEqualTo("Did you mean 'y'?\n\nOr set resilience.validation to warn: the application starts, and"
                        + " this is logged.");
        assertThat(analyze(tolerable, new Problem("x is 0", "Make it 1")).getAction())
                .doesNotContain("resilience.validation");
    }

    private static FailureAnalysis analyze(Problem... problems) {
        Throwable failure = new IllegalStateException("start", new ResilienceConfigurationException(List.of(problems)));
        return new ResilienceFailureAnalyzer().analyze(failure);
    }
}
