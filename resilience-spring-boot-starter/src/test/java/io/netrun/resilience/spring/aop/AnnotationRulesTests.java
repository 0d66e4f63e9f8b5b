package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Where an annotation may stand, and which one wins. */
class AnnotationRulesTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    @Test
    void methodWhenClassIsAnnotatedTooShouldWinForThatPatternAlone() {
        runner.withBean(Clerk.class).run(context -> {
            Clerk clerk = context.getBean(Clerk.class);
            assertThatThrownBy(clerk::own).isInstanceOf(RetryExhaustedException.class);
            assertThat(clerk.calls()).isEqualTo(1);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "Clerk.own"))
                    .isPresent();
        });
    }

    @Test
    void classWhenAnnotatedShouldProtectPublicMethodsOnly() {
        runner.withBean(Clerk.class).run(context -> {
            Clerk clerk = context.getBean(Clerk.class);
            assertThat(clerk.plain()).isEqualTo("ok");
            assertThat(clerk.calls()).isEqualTo(3);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.retry.Retry.TYPE, "Clerk.internal"))
                    .isEmpty();
        });
    }

    @Test
    void implementationWhenInterfaceIsAnnotatedTooShouldWin() {
        runner.withBean(Desk.class).run(context -> {
            Desk desk = context.getBean(Desk.class);
            assertThatThrownBy(desk::both).isInstanceOf(RetryExhaustedException.class);
            assertThat(desk.calls()).isEqualTo(1);
        });
    }

    @Test
    void overridingMethodWithoutAnnotationShouldKeepTheOverriddenOnes() {
        runner.withBean(FrontDesk.class).run(context -> {
            FrontDesk desk = context.getBean(FrontDesk.class);
            assertThat(desk.inherited()).isEqualTo("ok");
            assertThat(desk.calls()).isEqualTo(3);
        });
    }

    @Test
    void defaultMethodOfAnInterfaceShouldBeProtected() {
        runner.withBean(Desk.class).run(context -> {
            Desk desk = context.getBean(Desk.class);
            assertThat(desk.preset()).isEqualTo("ok");
            assertThat(desk.calls()).isEqualTo(3);
        });
    }

    @Test
    void methodOfAGenericInterfaceShouldBeProtected() {
        runner.withBean(Desk.class).run(context -> {
            Desk desk = context.getBean(Desk.class);
            assertThat(((Handler<String>) desk).handle("ok")).isEqualTo("ok");
            assertThat(desk.calls()).isEqualTo(3);
        });
    }

    @Test
    void interfaceProxyShouldBeProtectedAsAClassProxyIs() {
        runner.withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean(Desk.class)
                .run(context -> {
                    Counter desk = context.getBean(Counter.class);
                    assertThat(Proxy.isProxyClass(desk.getClass())).isTrue();
                    assertThat(desk.preset()).isEqualTo("ok");
                    assertThat(desk.calls()).isEqualTo(3);
                });
    }

    @Test
    void beanThatIsItselfAProxyShouldBeProtectedByItsInterface() {
        Desk behind = new Desk();
        runner.withBean(Counter.class, () -> (Counter) Proxy.newProxyInstance(
                        Counter.class.getClassLoader(), new Class<?>[] {Counter.class}, (proxy, method, arguments) -> {
                            return method.getName().equals("preset") ? behind.answer(3) : method.invoke(behind);
                        }))
                .run(context -> {
                    assertThat(context.getBean(Counter.class).preset()).isEqualTo("ok");
                    assertThat(behind.calls()).isEqualTo(3);
                });
    }

    @Test
    void instanceOfAProxyBeanShouldBeNamedAfterItsInterface() {
        runner.withBean(Counter.class, () -> (Counter) Proxy.newProxyInstance(
                        Counter.class.getClassLoader(),
                        new Class<?>[] {Counter.class},
                        (proxy, method, arguments) -> "ok"))
                .run(context -> {
                    context.getBean(Counter.class).preset();
                    assertThat(context.getBean(ResilienceRegistry.class).all(io.netrun.resilience.retry.Retry.TYPE))
                            .extracting(io.netrun.resilience.retry.Retry::name)
                            .containsExactlyInAnyOrder("Counter.preset", "Counter.both");
                    assertThat(context.getBean(MethodPipelines.class).all())
                            .extracting(MethodPipeline::title)
                            .containsExactly(
                                    Counter.class.getName() + ".both()", Counter.class.getName() + ".preset()");
                });
    }

    /** The beans of the tests: they fail until a given call. */
    interface Counter {

        int calls();

        String answer(int succeedingCall);

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        default String preset() {
            return answer(3);
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        String both();
    }

    /** Generic, so that its implementation has a bridge method. */
    interface Handler<T> {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        T handle(T value);
    }

    /** Implements what is annotated. */
    static class Desk implements Counter, Handler<String> {

        private int calls;

        @Override
        public int calls() {
            return calls;
        }

        @Override
        public String answer(int succeedingCall) {
            if (++calls < succeedingCall) {
                throw new IllegalStateException("call " + calls);
            }
            return "ok";
        }

        @Override
        @Retry(maxAttempts = 1)
        public String both() {
            return answer(3);
        }

        @Override
        public String handle(String value) {
            answer(3);
            return value;
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public String inherited() {
            return answer(3);
        }
    }

    /** Overrides without a word. */
    static class FrontDesk extends Desk {

        @Override
        public String inherited() {
            return answer(3);
        }
    }

    /** Annotated on the class. */
    @Retry(maxAttempts = 3, baseDelay = "1ms")
    @CircuitBreaker(failureThreshold = 100)
    static class Clerk {

        private int calls;

        @Retry(maxAttempts = 1)
        public String own() {
            return internal();
        }

        public String plain() {
            return internal();
        }

        public int calls() {
            return calls;
        }

        String internal() {
            if (++calls < 3) {
                throw new IllegalStateException("call " + calls);
            }
            return "ok";
        }
    }
}
