package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Two annotations of one pattern that are as near to a method as each other. */
class AmbiguousAnnotationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void differentMetaAnnotationsShouldStopTheStart() {
        assertThatStartFails(TwoMetaAnnotations.class, "TwoMetaAnnotations.call", "@RetryIo", "@RetryState");
        assertThatStartFails(TwoOnTheClass.class, "TwoOnTheClass.call", "@RetryIo", "@RetryState");
    }

    @Test
    void differentAnnotationsOfTwoInterfacesShouldStopTheStart() {
        assertThatStartFails(OfTwoInterfaces.class, "OfTwoInterfaces.call", "@Retry of First", "@Retry of Second");
        assertThatStartFails(
                OfTwoTypes.class, "OfTwoTypes.run", "@CircuitBreaker of TypeA", "@CircuitBreaker of TypeB");
    }

    @Test
    void annotationThatIsNearerShouldCountInSilence() {
        assertThatStartSucceeds(OwnAnnotation.class);
        assertThatStartSucceeds(OverridingInterface.class);
        assertThatStartSucceeds(SameOfTwoInterfaces.class);
        assertThatStartSucceeds(OneOfEach.class);
    }

    private void assertThatStartFails(Class<?> bean, String... words) {
        runner.withBean(bean)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("has two different annotations")
                        .hasMessageContainingAll(words));
        runner.withPropertyValues("resilience.validation=warn")
                .withBean(bean)
                .run(context -> assertThat(context).hasNotFailed());
    }

    private void assertThatStartSucceeds(Class<?> bean) {
        runner.withBean(bean).run(context -> assertThat(context).hasNotFailed());
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Retry(exceptions = IOException.class)
    @interface RetryIo {}

    @Retention(RetentionPolicy.RUNTIME)
    @Retry(maxAttempts = 4)
    @interface RetryState {}

    static class TwoMetaAnnotations {

        @RetryIo
        @RetryState
        public void call() {}
    }

    @RetryIo
    @RetryState
    static class TwoOnTheClass {

        public void call() {}
    }

    interface First {

        @Retry(maxAttempts = 2)
        void call();
    }

    interface Second {

        @Retry(maxAttempts = 5)
        void call();
    }

    interface AsFirst {

        @Retry(maxAttempts = 2)
        void call();
    }

    interface Refined extends First {

        @Override
        @Retry(maxAttempts = 7)
        void call();
    }

    static class OfTwoInterfaces implements First, Second {

        @Override
        public void call() {}
    }

    @CircuitBreaker(failureThreshold = 2)
    interface TypeA {

        void run();
    }

    @CircuitBreaker(failureThreshold = 3)
    interface TypeB {

        void run();
    }

    static class OfTwoTypes implements TypeA, TypeB {

        @Override
        public void run() {}
    }

    static class OwnAnnotation implements First, Second {

        @Override
        @Retry(maxAttempts = 3)
        @RetryIo
        public void call() {}
    }

    static class OverridingInterface implements Refined {

        @Override
        public void call() {}
    }

    static class SameOfTwoInterfaces implements First, AsFirst {

        @Override
        public void call() {}
    }

    static class OneOfEach {

        @RetryState
        @CircuitBreaker
        public void call() {}
    }
}
