package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.context.request.async.DeferredResult;

/** What an annotation of a class is about: what callers of its beans can use, and nothing that a proxy cannot reach. */
@ExtendWith(OutputCaptureExtension.class)
class ClassAnnotationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    private static List<String> listed(AssertableApplicationContext context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(MethodPipeline::title)
                .toList();
    }

    private static void assertCoversOnlyCall(AssertableApplicationContext context, Class<?> type) {
        assertThat(context).hasNotFailed();
        assertThat(listed(context)).containsExactly(type.getName() + ".call()");
    }

    @CircuitBreaker
    static class WithFactory {

        public static WithFactory create() {
            return new WithFactory();
        }

        public String call() {
            return "ok";
        }
    }

    @Test
    void staticMethodShouldBeLeftOutInSilence(CapturedOutput output) {
        runner.withBean(WithFactory.class, WithFactory::create).run(context -> {
            assertCoversOnlyCall(context, WithFactory.class);
            assertThat(output).doesNotContain("create");
        });
    }

    abstract static class Support implements InitializingBean {

        private Object source;

        public final void setSource(Object source) {
            this.source = source;
        }

        public final Object getSource() {
            return source;
        }

        @Override
        public final void afterPropertiesSet() {}
    }

    @CircuitBreaker
    static class Dao extends Support {

        public String call() {
            return "ok";
        }
    }

    @Test
    void inheritedFinalMethodsShouldBeLeftOutInSilence(CapturedOutput output) {
        runner.withBean(Dao.class).run(context -> {
            assertCoversOnlyCall(context, Dao.class);
            assertThat(output).doesNotContain("is annotated");
        });
    }

    @CircuitBreaker
    static class Sealed {

        public String call() {
            return "ok";
        }

        public final String sealed() {
            return "ok";
        }
    }

    static class MoreSealed extends Sealed {

        @Override
        public final String call() {
            return "sealed too";
        }
    }

    @Test
    void finalMethodOfTheAnnotatedClassShouldBeReported(CapturedOutput output) {
        runner.withBean(Sealed.class).run(context -> {
            assertCoversOnlyCall(context, Sealed.class);
            assertThat(output).contains("Sealed.sealed is annotated with @CircuitBreaker, but is final");
        });
        runner.withBean(MoreSealed.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains("MoreSealed.call is annotated with @CircuitBreaker, but is final");
        });
    }

    static class SealedMethod {

        @CircuitBreaker
        public final String call() {
            return "ok";
        }
    }

    @Test
    void finalMethodThatIsAnnotatedItselfShouldStopTheStart() {
        runner.withBean(SealedMethod.class).run(context -> assertThat(context).hasFailed());
    }

    @Retry(maxAttempts = 1)
    @CircuitBreaker(failureThreshold = 1)
    static class Described implements Comparable<Described>, Cloneable {

        public String call() {
            throw new IllegalStateException();
        }

        @Override
        public String toString() {
            return "described";
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Described;
        }

        @Override
        public int hashCode() {
            return 7;
        }

        @Override
        public Described clone() {
            return new Described();
        }

        @Override
        public int compareTo(Described other) {
            return 0;
        }
    }

    @Test
    void methodsOfEveryObjectShouldBeLeftOut() {
        runner.withBean(Described.class).run(context -> {
            Described described = context.getBean(Described.class);
            assertThat(listed(context))
                    .containsExactlyInAnyOrder(
                            Described.class.getName() + ".call()", Described.class.getName() + ".compareTo(Described)");
            assertThatThrownBy(described::call).isInstanceOf(RuntimeException.class);
            assertThat(described).hasToString("described");
        });
    }

    @CircuitBreaker
    static class Mixed {

        public String call() {
            return "ok";
        }

        public DeferredResult<String> later() {
            return new DeferredResult<>();
        }
    }

    static class LaterMethod {

        @CircuitBreaker
        public DeferredResult<String> later() {
            return new DeferredResult<>();
        }
    }

    @Test
    void returnTypeThatCannotBeProtectedShouldBeReported(CapturedOutput output) {
        runner.withBean(Mixed.class).run(context -> {
            assertCoversOnlyCall(context, Mixed.class);
            assertThat(output).contains("Mixed.later is annotated with @CircuitBreaker, but returns DeferredResult");
            assertThat(context.getBean(Mixed.class).later()).isNotNull();
        });
        runner.withBean(LaterMethod.class).run(context -> assertThat(context).hasFailed());
    }

    @CircuitBreaker
    interface Contract {

        String call();

        static Contract none() {
            return () -> "none";
        }
    }

    static class Fulfilled implements Contract {

        @Override
        public final String call() {
            return "ok";
        }
    }

    @Test
    void finalMethodOfAnAnnotatedInterfaceShouldBeReported(CapturedOutput output) {
        runner.withBean(Fulfilled.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains("Fulfilled.call is annotated with @CircuitBreaker, but is final");
        });
    }
}
