package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An order of the patterns for one method. */
class PatternOrderTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Archive.class);

    @Test
    void patternsThatAMethodNamesShouldBeReordered() {
        runner.run(context ->
                assertThat(chain(context, "own")).containsExactly("timeout", "circuit-breaker", "bulkhead", "retry"));
    }

    @Test
    void classShouldSpeakForItsMethodsThatSayNothing() {
        runner.run(context -> assertThat(chain(context, "ofClass")).containsExactly("timeout", "retry", "bulkhead"));
    }

    @Test
    void orderOfAMethodShouldBeWithinThatOfTheApplication() {
        runner.withPropertyValues("resilience.order=RETRY,TimeOut")
                .run(context -> assertThat(chain(context, "own"))
                        .containsExactly("circuit-breaker", "bulkhead", "timeout", "retry"));
    }

    @Test
    void unknownPatternShouldStopTheStart() {
        runner.withBean(Mistaken.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(
                                "@PatternOrder of Mistaken.order is [retry, bulkhaed]: must contain known patterns"
                                        + " only, each at most once"));
    }

    private static List<String> chain(AssertableApplicationContext context, String method) {
        return context.getBean(MethodPipelines.class).all().stream()
                .filter(pipeline -> pipeline.title().contains("." + method + "("))
                .flatMap(pipeline -> pipeline.pipeline().policies().stream())
                .map(policy -> policy.type().key())
                .toList();
    }

    @Timeout
    @Bulkhead
    @Retry
    @PatternOrder({"retry", "bulkhead"})
    static class Archive {

        @CircuitBreaker
        @PatternOrder({"circuit-breaker", "bulkhead", "retry"})
        public void own() {}

        public void ofClass() {}
    }

    static class Mistaken {

        @Retry
        @Bulkhead
        @PatternOrder({"retry", "bulkhaed"})
        public void order() {}
    }
}
