package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.AliasFor;

/** {@code @Hedge} on a class, where it reaches methods that nobody may have had in mind. */
@org.junit.jupiter.api.Timeout(120)
class ClassHedgeTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(classes = {Unstated.class, Composed.class, OfInterface.class, OfSuperclass.class, Denied.class})
    void classShouldStateThatItsMethodsAreIdempotent(Class<? extends Payments> type) {
        runner.withBean(type)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                ResilienceConfigurationException.class,
                                failure -> assertThat(failure.problems())
                                        .singleElement()
                                        .satisfies(problem -> {
                                            assertThat(problem.description())
                                                    .startsWith(type.getName() + ": @")
                                                    .contains("every public method");
                                            assertThat(problem.remedy()).contains("idempotent to true");
                                        })));
    }

    @ParameterizedTest
    @MethodSource
    void problemShouldSayWhereTheAnnotationIs(Class<? extends Payments> type, String where) {
        runner.withBean(type)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(type.getName() + ": " + where + " applies to every public method"));
    }

    static Stream<Arguments> problemShouldSayWhereTheAnnotationIs() {
        return Stream.of(
                Arguments.of(Unstated.class, "@Hedge on the class"),
                Arguments.of(Composed.class, "@Quick, which has @Hedge, on the class"),
                Arguments.of(OfSuperclass.class, "@Hedge on the superclass " + Unstated.class.getName()),
                Arguments.of(OfInterface.class, "@Hedge on the interface " + Hedged.class.getName()),
                Arguments.of(
                        OfComposed.class, "@Quick, which has @Hedge, on the superclass " + Composed.class.getName()),
                Arguments.of(MethodOfUnstated.class, "@Hedge on the superclass " + Unstated.class.getName()));
    }

    @ParameterizedTest
    @ValueSource(classes = {Stated.class, StatedByComposed.class, OfMethod.class})
    void hedgeShouldRepeatWhatIsSaidToBeIdempotent(Class<? extends Payments> type) {
        runner.withBean(type).run(context -> {
            Payments payments = context.getBean(Payments.class);
            assertThat(payments.read("a")).isEqualTo("2. a");
        });
    }

    @Test
    void methodShouldNotSpeakForTheOthersOfItsClass() {
        runner.withBean(Unstated.class)
                .withBean(MethodOfUnstated.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(MethodOfUnstated.class.getName() + ": @Hedge on "));
    }

    @Test
    void beanUnknownAtStartShouldNotBeHedged() {
        runner.withUserConfiguration(LateConfiguration.class).run(context -> {
            assertThat(context).hasNotFailed();
            Payments payments = context.getBean(Payments.class);
            assertThat(payments.read("a")).isEqualTo("1. a");
        });
    }

    interface Payments {

        String read(String id);
    }

    /** Its first attempt fails, so that a hedge makes another at once. */
    static class Counting {

        final List<String> calls = new CopyOnWriteArrayList<>();

        String next(String id) {
            calls.add(id);
            return calls.size() + ". " + id;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LateConfiguration {

        /** The class of the bean is unknown until it is created. */
        @Bean
        @Lazy
        Payments payments() {
            return new Answering();
        }
    }

    @Hedge(onFailure = "true", delay = "1h")
    static class Answering implements Payments {

        @Override
        public String read(String id) {
            return "1. " + id;
        }
    }

    static class Base implements Payments {

        private final Counting counting = new Counting();

        @Override
        public String read(String id) {
            String answer = counting.next(id);
            if (counting.calls.size() == 1) {
                throw new IllegalStateException("the first attempt fails");
            }
            return answer;
        }

        public String pay(String id) {
            return id;
        }
    }

    @Hedge(onFailure = "true", delay = "1h")
    static class Unstated extends Base {}

    @Hedge(onFailure = "true", delay = "1h", idempotent = false)
    static class Denied extends Base {}

    @Hedge(onFailure = "true", delay = "1h", idempotent = true)
    static class Stated extends Base {}

    static class OfSuperclass extends Unstated {}

    static class MethodOfUnstated extends Unstated {

        @Override
        @Hedge(onFailure = "true", delay = "1h")
        public String read(String id) {
            return super.read(id);
        }
    }

    static class OfMethod extends Base {

        @Override
        @Hedge(onFailure = "true", delay = "1h")
        public String read(String id) {
            return super.read(id);
        }
    }

    @Hedge(onFailure = "true", delay = "1h")
    interface Hedged {

        String find(String id);
    }

    static class OfInterface implements Payments, Hedged {

        @Override
        public String read(String id) {
            return id;
        }

        @Override
        public String find(String id) {
            return id;
        }
    }

    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Hedge(onFailure = "true", delay = "1h")
    @interface Quick {

        @AliasFor(annotation = Hedge.class, attribute = "idempotent")
        boolean repeatable() default false;
    }

    @Quick
    static class Composed extends Base {}

    static class OfComposed extends Composed {}

    @Quick(repeatable = true)
    static class StatedByComposed extends Base {}
}
