package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;

/** Annotated interface methods that a class implements with what it inherits from a class without the interface. */
class InheritedImplementationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    interface Quotes {

        @Retry(name = "quotes", maxAttempts = 3, baseDelay = "1ms")
        @Timeout(name = "quotes", duration = "30s")
        @PatternOrder({"retry", "timeout"})
        int quote(String product);
    }

    static class Counter {

        private int calls;

        public int quote(String product) {
            return count();
        }

        public int quote(Integer product) {
            return count();
        }

        public CompletableFuture<Integer> later() {
            return CompletableFuture.completedFuture(count());
        }

        final int count() {
            if (++calls % 3 != 0) {
                throw new IllegalStateException("call " + calls);
            }
            return calls;
        }
    }

    static class QuoteCounter extends Counter implements Quotes {}

    static class FurtherCounter extends QuoteCounter {}

    interface Generic<T> {

        @Retry(name = "generic", maxAttempts = 3, baseDelay = "1ms")
        int quote(T product);
    }

    static class GenericCounter extends Counter implements Generic<String> {}

    interface Later {

        @Retry(name = "later", maxAttempts = 3, baseDelay = "1ms")
        CompletableFuture<Integer> later();
    }

    interface Derived extends Later {}

    static class LaterCounter extends Counter implements Derived {}

    private static List<String> listed(AssertableApplicationContext context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(MethodPipeline::title)
                .toList();
    }

    @Test
    void inheritedMethodShouldBeProtectedByTheInterface() {
        for (Class<? extends QuoteCounter> type : List.of(QuoteCounter.class, FurtherCounter.class)) {
            runner.withBean(type).run(context -> {
                assertThat(context.getBean(type).quote("tea")).isEqualTo(3);
                assertThat(context.getBean(Quotes.class).quote("tea")).isEqualTo(6);
                assertThat(listed(context)).containsExactly(type.getName() + ".quote(String)");
            });
        }
    }

    @Test
    void inheritedMethodBehindAProxyOfInterfacesShouldBeProtected() {
        runner.withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean(QuoteCounter.class)
                .run(context ->
                        assertThat(context.getBean(Quotes.class).quote("tea")).isEqualTo(3));
    }

    @Test
    void inheritedMethodShouldHaveTheOrderOfTheInterface() {
        runner.withBean(QuoteCounter.class)
                .run(context -> assertThat(
                                context.getBean(MethodPipelines.class).all().get(0).pipeline().policies().stream()
                                        .map(policy ->
                                                policy.type().policyClass().getSimpleName()))
                        .containsExactly("Retry", "Timeout"));
    }

    @Test
    void inheritedMethodShouldBeProtectedByAGenericInterface() {
        runner.withBean(GenericCounter.class).run(context -> {
            GenericCounter counter = context.getBean(GenericCounter.class);
            assertThat(counter.quote("tea")).isEqualTo(3);
            Generic<String> generic = counter;
            assertThat(generic.quote("tea")).isEqualTo(6);
            assertThat(listed(context)).containsExactly(GenericCounter.class.getName() + ".quote(String)");
        });
    }

    @Test
    void inheritedMethodShouldBeProtectedByAnInterfaceAboveTheInterface() {
        runner.withBean(LaterCounter.class)
                .run(context ->
                        assertThat(context.getBean(Later.class).later().get()).isEqualTo(3));
    }

    static class OwnCounter extends Counter {

        @Override
        @Retry(name = "own", maxAttempts = 3, baseDelay = "1ms")
        public int quote(String product) {
            return count();
        }
    }

    static class OwnQuoteCounter extends OwnCounter implements Quotes {}

    interface OtherQuotes {

        @Retry(name = "other", maxAttempts = 3, baseDelay = "1ms")
        int quote(String product);
    }

    static class TwofoldCounter extends Counter implements Quotes, OtherQuotes {}

    @Test
    void inheritedMethodsOwnAnnotationShouldCount() {
        runner.withBean(OwnQuoteCounter.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(MethodPipelines.class).all().get(0).pipeline().policies().stream()
                            .map(policy -> policy.type().policyClass().getSimpleName() + " " + policy.name()))
                    .containsExactly("Retry own", "Timeout quotes");
        });
    }

    @Test
    void differentAnnotationsOfTwoInterfacesShouldBeReported() {
        runner.withBean(TwofoldCounter.class).run(context -> {
            Throwable cause = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
            assertThat(((ResilienceConfigurationException) cause).problems())
                    .extracting(Problem::description)
                    .anyMatch(text -> text.contains("TwofoldCounter.quote has two different annotations @Retry"));
        });
    }
}
