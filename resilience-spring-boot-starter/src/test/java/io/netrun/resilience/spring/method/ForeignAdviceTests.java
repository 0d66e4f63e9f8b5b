package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.resilience4j.BorrowedAspect;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.test.tools.SourceFile;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.retry.annotation.Recover;
import org.springframework.retry.annotation.RetryConfiguration;
import org.springframework.retry.annotation.Retryable;
import org.springframework.util.ClassUtils;

/** Methods that another library protects, too: both protect them, which nobody expects. */
@ExtendWith(OutputCaptureExtension.class)
class ForeignAdviceTests {

    private final ApplicationContextRunner plain =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    private final ApplicationContextRunner springRetry = plain.withBean(RetryConfiguration.class);

    private final ApplicationContextRunner resilience4j = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(BorrowedAspect.class);

    private static List<String> warnings(CapturedOutput output) {
        return output.getAll()
                .lines()
                .filter(line -> line.contains("WARN") && line.contains(" is annotated with "))
                .map(line -> line.substring(line.indexOf("ForeignAdviceTests$") + "ForeignAdviceTests$".length()))
                .toList();
    }

    static class Client {

        @Retry(maxAttempts = 4)
        @Retryable(maxAttempts = 5)
        public String call() {
            return "ok";
        }
    }

    @Test
    void attemptsShouldBeMultiplied(CapturedOutput output) {
        springRetry.withBean(Client.class).run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .containsExactly(
                        "Client.call is annotated with @Retry, and with @Retryable of Spring Retry: both are in"
                                + " effect, and attempts multiply to up to 4 x 5 = 20 for each call."
                                + " Remove @Retryable of Spring Retry or @Retry.");
    }

    @Test
    void annotationWithoutItsAdviceShouldBeSilent(CapturedOutput output) {
        plain.withBean(Client.class).run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void adviceOfAParentShouldCount(CapturedOutput output) {
        springRetry.run(parent -> plain.withParent(parent)
                .withBean(Client.class)
                .run(context -> assertThat(context).hasNotFailed()));
        assertThat(warnings(output)).hasSize(1);
    }

    @Test
    void severalBeansOfAClassShouldBeReportedOnce(CapturedOutput output) {
        springRetry
                .withBean("a", Client.class)
                .withBean("b", Client.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output)).hasSize(1);
    }

    @Test
    void lazyBeanShouldBeReported(CapturedOutput output) {
        springRetry
                .withBean("lazy", Callable.class, Later::new, definition -> definition.setLazyInit(true))
                .run(context -> {
                    context.getBean("lazy");
                    context.getBean("lazy");
                });
        assertThat(warnings(output)).singleElement().asString().startsWith("Later.call ");
    }

    static class Later implements Callable<String> {

        @Override
        @Retry
        @Retryable
        public String call() {
            return "ok";
        }
    }

    @Test
    void switchedOffRetryShouldNotMultiply(CapturedOutput output) {
        springRetry
                .withBean(Client.class)
                .withPropertyValues("resilience.retry.defaults.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output)).singleElement().asString().doesNotContain("multiply");
    }

    @Test
    void attemptsFromThePropertiesShouldBeCounted(CapturedOutput output) {
        springRetry
                .withBean(Expressed.class)
                .withPropertyValues("attempts=7")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .anyMatch(line -> line.startsWith("Expressed.number ") && line.contains("3 x 7 = 21"));
    }

    @Test
    void attemptsOfAnExpressionShouldBeLeftOpen(CapturedOutput output) {
        springRetry
                .withBean(Expressed.class)
                .withPropertyValues("attempts=7")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .anyMatch(line -> line.startsWith("Expressed.expression ")
                        && line.contains("attempts multiply, up to 3 for each attempt of the other"));
    }

    static class Expressed {

        @Retry
        @Retryable(maxAttemptsExpression = "${attempts}")
        public String number() {
            return "ok";
        }

        @Retry
        @Retryable(maxAttemptsExpression = "#{@settings.attempts}")
        public String expression() {
            return "ok";
        }
    }

    @Retryable
    interface Remote {

        String call();
    }

    static class OfAnInterface implements Remote {

        @Override
        @Hedge
        public String call() {
            return "ok";
        }

        @CircuitBreaker
        public String other() {
            return "ok";
        }

        public String plain() {
            return "ok";
        }
    }

    @Test
    void annotationOfAnInterfaceShouldCount(CapturedOutput output) {
        springRetry
                .withBean(OfAnInterface.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .containsExactlyInAnyOrder(
                        "OfAnInterface.call is annotated with @Hedge, and with @Retryable of Spring Retry: both are in"
                                + " effect, and attempts multiply to up to 2 x 3 = 6 for each call."
                                + " Replace @Retryable of Spring Retry by @Retry of this library.",
                        "OfAnInterface.other is annotated with @CircuitBreaker, and with @Retryable of Spring Retry: both"
                                + " are in effect, in an order that resilience.order does not determine."
                                + " Replace @Retryable of Spring Retry by @Retry of this library.");
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Retryable(maxAttempts = 2)
    @interface Composed {}

    @Retry(maxAttempts = 2)
    static class Base {

        @Composed
        public String call() {
            return "ok";
        }
    }

    static class Inheriting extends Base {}

    @Test
    void inheritedAndComposedAnnotationsShouldCount(CapturedOutput output) {
        springRetry
                .withBean(Inheriting.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .startsWith("Inheriting.call ")
                .contains("2 x 2 = 4");
    }

    static class Circuits {

        @Retry
        @CircuitBreaker
        @org.springframework.retry.annotation.CircuitBreaker
        public String call() {
            return "ok";
        }
    }

    @Test
    void circuitsOfBothShouldBeReported(CapturedOutput output) {
        springRetry.withBean(Circuits.class).run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .containsExactly("Circuits.call is annotated with @Retry, @CircuitBreaker, and with @CircuitBreaker of"
                        + " Spring Retry: both are in effect, and a failure counts in the circuits of both."
                        + " Remove @CircuitBreaker of Spring Retry or @CircuitBreaker.");
    }

    static class Recovering {

        @Fallback(method = "other")
        @Recover
        public String recover() {
            return "ok";
        }

        private String other() {
            return "other";
        }
    }

    @Test
    void recoveryShouldBeReportedAsUnprotected(CapturedOutput output) {
        springRetry
                .withBean(Recovering.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("@Recover of Spring Retry, which calls the method on the bean itself");
    }

    static class Mixed {

        @Retry
        @Bulkhead
        @io.github.resilience4j.retry.annotation.Retry(name = "mixed")
        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "mixed")
        public String call() {
            return "ok";
        }
    }

    @Test
    void resilience4jWithoutAspectsInEffectShouldBeNoWarning(CapturedOutput output) {
        resilience4j
                .withPropertyValues("spring.aop.auto=false")
                .withBean(Mixed.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output.getOut()).doesNotContain("both are in effect");
    }

    @Test
    void resilience4jShouldBeReported(CapturedOutput output) {
        resilience4j.withBean(Mixed.class).run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output))
                .containsExactly("Mixed.call is annotated with @Bulkhead, @Retry, and with @Retry of resilience4j and"
                        + " @Bulkhead of resilience4j: both are in effect, and attempts multiply, up to 3 for each attempt"
                        + " of the other, and each call needs a permit of both. Remove @Retry of resilience4j or @Retry."
                        + " Remove @Bulkhead of resilience4j or @Bulkhead.");
    }

    /** With the library itself, where Spring has it; the source cannot be compiled with the one that has not. */
    @Test
    void attemptsOfSpringFrameworkShouldBeMultiplied(CapturedOutput output) {
        assumeThat(ClassUtils.isPresent("org.springframework.resilience.annotation.Retryable", null))
                .isTrue();
        TestCompiler.forSystem()
                .withSources(SourceFile.of("""
                        package shop;

                        @org.springframework.resilience.annotation.EnableResilientMethods
                        public class Twice implements java.util.concurrent.Callable<String> {

                            private int calls;

                            @Override
                            @io.netrun.resilience.annotation.Retry(maxAttempts = 2, baseDelay = "1ms")
                            @io.netrun.resilience.annotation.Bulkhead(maxConcurrent = 5)
                            @org.springframework.resilience.annotation.Retryable(maxRetries = 2, delay = 1)
                            @org.springframework.resilience.annotation.ConcurrencyLimit(3)
                            public String call() {
                                calls++;
                                throw new IllegalStateException("call " + calls);
                            }

                            @Override
                            public String toString() {
                                return String.valueOf(calls);
                            }
                        }
                        """))
                .compile(compiled -> plain.withUserConfiguration(
                                compiled.getInstance(Callable.class).getClass())
                        .run(context -> {
                            Callable<?> bean = context.getBean(Callable.class);
                            assertThatThrownBy(bean::call).isInstanceOf(Exception.class);
                            assertThat(bean).hasToString("6");
                        }));
        assertThat(output)
                .contains("shop.Twice.call is annotated with @Bulkhead, @Retry, and with @Retryable of Spring Framework"
                        + " and @ConcurrencyLimit of Spring Framework: both are in effect, and attempts multiply to up"
                        + " to 2 x 3 = 6 for each call, and each call needs a permit of both.");
    }
}
