package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.MethodValidationPostProcessor;
import org.springframework.validation.method.MethodValidationException;

/**
 * What a caller did wrong, or a method gave back wrong, is found outside of the protection: it is no failure of the
 * call.
 */
class ValidatedMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Transfers.class);

    /** Where validation comes from, and in which order it and the protection are put around a bean. */
    enum Order {
        AFTER_THE_PROTECTION(processor -> {}),
        BEFORE_THE_PROTECTION(processor -> processor.setOrder(Ordered.HIGHEST_PRECEDENCE)),
        IN_FRONT_OF_OTHER_ADVICE(processor -> processor.setBeforeExistingAdvisors(true));

        private final Consumer<MethodValidationPostProcessor> change;

        Order(Consumer<MethodValidationPostProcessor> change) {
            this.change = change;
        }

        MethodValidationPostProcessor processor(boolean adapting) {
            MethodValidationPostProcessor processor = new MethodValidationPostProcessor();
            processor.setProxyTargetClass(true);
            processor.setAdaptConstraintViolations(adapting);
            change.accept(processor);
            return processor;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AFTER_THE_PROTECTION, true",
        "AFTER_THE_PROTECTION, false",
        "BEFORE_THE_PROTECTION, true",
        "BEFORE_THE_PROTECTION, false",
        "IN_FRONT_OF_OTHER_ADVICE, true",
        "IN_FRONT_OF_OTHER_ADVICE, false"
    })
    void wrongArgumentShouldReachNoPolicy(Order order, boolean adapting) {
        Class<? extends Exception> violation =
                adapting ? MethodValidationException.class : ConstraintViolationException.class;
        runner.withBean(MethodValidationPostProcessor.class, () -> order.processor(adapting))
                .run(context -> {
                    Transfers transfers = context.getBean(Transfers.class);
                    for (int i = 0; i < 3; i++) {
                        assertThatThrownBy(() -> transfers.transfer(-1)).isInstanceOf(violation);
                        assertThatThrownBy(() -> transfers.later(-1)).isInstanceOf(violation);
                        assertThatThrownBy(() -> transfers.recovered(-1)).isInstanceOf(violation);
                    }
                    assertThat(transfers.calls()).isZero();
                    assertThatNothingWasCounted(context, "Transfers.transfer");
                    assertThatNothingWasCounted(context, "Transfers.later");
                    assertThat(transfers.transfer(1)).isEqualTo("transferred 1");
                });
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void wrongResultShouldNotBeRetried(Order order) {
        runner.withBean(MethodValidationPostProcessor.class, () -> order.processor(false))
                .run(context -> {
                    Transfers transfers = context.getBean(Transfers.class);
                    assertThatThrownBy(transfers::nothing).isInstanceOf(ConstraintViolationException.class);
                    assertThat(transfers.calls()).isEqualTo(1);
                    assertThat(breaker(context, "Transfers.nothing").totalFailed())
                            .isZero();
                });
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void failureOfAValidatedMethodShouldBeRetried(Order order) {
        runner.withBean(MethodValidationPostProcessor.class, () -> order.processor(false))
                .run(context -> {
                    Transfers transfers = context.getBean(Transfers.class);
                    assertThatThrownBy(() -> transfers.transfer(13)).hasRootCauseMessage("thirteen");
                    assertThat(transfers.calls()).isEqualTo(2);
                });
    }

    /** All patterns in one class, behind its interface alone. */
    @ParameterizedTest
    @CsvSource({"AFTER_THE_PROTECTION, true", "BEFORE_THE_PROTECTION, false", "IN_FRONT_OF_OTHER_ADVICE, false"})
    void wrongArgumentShouldReachNoPolicyBehindAnInterface(Order order, boolean adapting) {
        Class<? extends Exception> violation =
                adapting ? MethodValidationException.class : ConstraintViolationException.class;
        byInterfaces(order, adapting).run(context -> {
            Bookings bookings = context.getBean(Bookings.class);
            assertThat(Proxy.isProxyClass(bookings.getClass())).isTrue();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> bookings.book(-1)).isInstanceOf(violation);
                assertThatThrownBy(() -> bookings.later(-1)).isInstanceOf(violation);
            }
            assertThat(bookings.calls()).isZero();
            assertThatNothingWasCounted(context, "Desk.book");
            assertThatNothingWasCounted(context, "Desk.later");
        });
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void allPatternsShouldWorkBehindAnInterface(Order order) {
        byInterfaces(order, false).run(context -> {
            Bookings bookings = context.getBean(Bookings.class);
            assertThat(bookings.book(1)).isEqualTo("booked 1");
            assertThat(bookings.calls()).isEqualTo(1);
            assertThat(bookings.book(13)).isEqualTo("instead of 13");
            assertThat(bookings.calls()).isEqualTo(3);
            assertThat(bookings.book(13)).isEqualTo("instead of 13");
            assertThat(bookings.calls()).as("an open circuit").isEqualTo(3);
            assertThat(bookings.later(2).join()).isEqualTo("booked 2");
        });
    }

    /** What the fallback gives back is a result of the method, and validated as such. */
    @ParameterizedTest
    @EnumSource(Order.class)
    void wrongResultOfAFallbackShouldBeFound(Order order) {
        byInterfaces(order, false).run(context -> {
            Bookings bookings = context.getBean(Bookings.class);
            assertThatThrownBy(() -> bookings.book(99)).isInstanceOf(ConstraintViolationException.class);
            assertThat(bookings.calls()).isEqualTo(2);
        });
    }

    private static ApplicationContextRunner byInterfaces(Order order, boolean adapting) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean(Desk.class)
                .withBean(MethodValidationPostProcessor.class, () -> {
                    MethodValidationPostProcessor processor = order.processor(adapting);
                    processor.setProxyTargetClass(false);
                    return processor;
                });
    }

    /** As Spring Boot sets it up. */
    @Test
    void validationOfSpringBootShouldBeOutside() {
        runner.withConfiguration(AutoConfigurations.of(validation())).run(context -> {
            assertThatThrownBy(() -> context.getBean(Transfers.class).transfer(-1))
                    .isInstanceOf(ConstraintViolationException.class);
            assertThatNothingWasCounted(context, "Transfers.transfer");
        });
    }

    /** It has moved between Spring Boot 3 and 4. */
    private static Class<?> validation() {
        for (String name : new String[] {
            "org.springframework.boot.autoconfigure.validation.ValidationAutoConfiguration",
            "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration"
        }) {
            try {
                return Class.forName(name);
            } catch (ClassNotFoundException elsewhere) {
                // in the other one
            }
        }
        throw new AssertionError("Spring Boot's validation is not there");
    }

    private static void assertThatNothingWasCounted(ApplicationContext context, String name) {
        assertThat(breaker(context, name).totalFailed()).isZero();
        assertThat(context.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.retry.Retry.TYPE, name)
                        .orElseThrow()
                        .metrics())
                .isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 0, 0));
    }

    private static CircuitBreakerMetrics breaker(ApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, name)
                .orElseThrow()
                .metrics();
    }

    interface Bookings {

        @NotNull
        String book(@Positive int seats);

        CompletableFuture<String> later(@Positive int seats);

        int calls();
    }

    @Validated
    static class Desk implements Bookings {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 2)
        @Fallback(method = "instead")
        public String book(int seats) {
            calls.incrementAndGet();
            if (seats == 13 || seats == 99) {
                throw new IllegalStateException("full");
            }
            return "booked " + seats;
        }

        String instead(int seats) {
            return seats == 99 ? null : "instead of " + seats;
        }

        @Override
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 2)
        public CompletableFuture<String> later(int seats) {
            calls.incrementAndGet();
            return CompletableFuture.completedFuture("booked " + seats);
        }

        @Override
        public int calls() {
            return calls.get();
        }
    }

    @Validated
    static class Transfers {

        private final AtomicInteger calls = new AtomicInteger();

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 2)
        public String transfer(@Positive int amount) {
            calls.incrementAndGet();
            if (amount == 13) {
                throw new IllegalStateException("thirteen");
            }
            return "transferred " + amount;
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 2)
        public CompletableFuture<String> later(@Positive int amount) {
            calls.incrementAndGet();
            return CompletableFuture.completedFuture("transferred " + amount);
        }

        @Fallback(method = "instead")
        public String recovered(@Positive int amount) {
            calls.incrementAndGet();
            return "transferred " + amount;
        }

        String instead(int amount) {
            return "instead";
        }

        @NotNull
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 1)
        public String nothing() {
            calls.incrementAndGet();
            return null;
        }

        public int calls() {
            return calls.get();
        }
    }
}
