package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a fallback method may take, and which of the methods of a class is one. */
@ExtendWith(OutputCaptureExtension.class)
class FallbackParameterTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void typeArgumentsOfASuperclassShouldFitItsTypeVariables() {
        runner.withBean(Orders.class).run(context -> {
            Orders orders = context.getBean(Orders.class);
            assertThat(orders.find(7L)).isEqualTo("instead of 7: down");
            assertThat(orders.special("x")).isEqualTo("special x");
            assertThatThrownBy(() -> orders.special("io")).isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void typeArgumentsOfAnotherBeanShouldFitToo() {
        runner.withBean(Remote.class)
                .withBean("archive", Archive.class)
                .run(context ->
                        assertThat(context.getBean(Remote.class).read(3)).isEqualTo("archived 3"));
    }

    @Test
    void otherTypeArgumentsShouldStopTheStart() {
        runner.withBean(Mismatched.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Mismatched.read: @Fallback finds no matching method 'archived' in"));
    }

    @Test
    void nullForAPrimitiveParameterShouldLetTheFailurePass() {
        runner.withBean(Primitive.class).run(context -> {
            assertThat(context.getBean(Primitive.class).size(3)).isEqualTo(3);
            assertThatThrownBy(() -> context.getBean(Primitive.class).size(null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("down");
        });
    }

    @Test
    void exceptionThatTheMethodDoesNotDeclareShouldBeReported(CapturedOutput output) {
        runner.withBean(Undeclared.class)
                .run(context -> assertThat(output)
                        .contains("Undeclared.load: @Fallback method 'loadElsewhere' throws java.io.IOException")
                        .doesNotContain("Undeclared.open: @Fallback method"));
    }

    @Test
    void fallbackOfAClassShouldNotBeForItself() {
        runner.withBean(WholeClass.class).run(context -> {
            WholeClass bean = context.getBean(WholeClass.class);
            assertThat(bean.first(1)).isEqualTo("instead");
            assertThat(bean.second(1)).isEqualTo("instead");
            assertThatThrownBy(() -> bean.instead(-1, new IllegalArgumentException("own")))
                    .hasMessage("own");
            assertThat(context.getBean(MethodPipelines.class).all())
                    .extracting(method -> method.title().replaceAll(".*\\.(\\w+)\\(.*", "$1"))
                    .containsExactly("first", "second");
            assertThat(context.getBean(ResilienceRegistry.class).all(io.netrun.resilience.fallback.Fallback.TYPE))
                    .extracting(io.netrun.resilience.fallback.Fallback::name)
                    .contains("WholeClass.first", "WholeClass.second");
        });
    }

    @Test
    void remedyForAClassWhoseMethodsDifferShouldNameTheMethods() {
        runner.withBean(DifferentMethods.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("put @Fallback on the methods that need it instead of their class"));
    }

    abstract static class Base<T, I> {

        @Fallback(method = "instead")
        public T find(I id) {
            throw new IllegalStateException("down");
        }

        protected abstract T instead(I id, Exception failure);

        @Fallback(method = "specially")
        public T special(T given) {
            throw "io".equals(given) ? new IllegalStateException() : new IllegalArgumentException();
        }
    }

    static class Orders extends Base<String, Long> {

        @Override
        protected String instead(Long id, Exception failure) {
            return "instead of " + id + ": " + failure.getMessage();
        }

        String specially(String given, IllegalArgumentException failure) {
            return "special " + given;
        }
    }

    interface Reads<T> {

        String read(T id);
    }

    static class Remote implements Reads<Integer> {

        @Override
        @Fallback(bean = "archive", method = "archived")
        public String read(Integer id) {
            throw new IllegalStateException();
        }
    }

    abstract static class Archives<K> {

        public String archived(K id) {
            return "archived " + id;
        }
    }

    static class Archive extends Archives<Integer> {}

    static class Mismatched extends Archives<Long> {

        @Fallback(method = "archived")
        public String read(Integer id) {
            throw new IllegalStateException();
        }
    }

    static class Primitive {

        @Fallback(method = "known")
        public int size(Integer id) {
            throw new IllegalStateException("down");
        }

        int known(int id) {
            return id;
        }
    }

    static class Undeclared {

        @Fallback(method = "loadElsewhere")
        public String load() {
            throw new IllegalStateException();
        }

        @Fallback(method = "loadElsewhere")
        public String open() throws IOException {
            throw new IllegalStateException();
        }

        String loadElsewhere() throws IOException {
            throw new IOException();
        }
    }

    @Fallback(method = "instead")
    static class WholeClass {

        public String first(int id) {
            throw new IllegalStateException();
        }

        public String second(int id) {
            throw new IllegalStateException();
        }

        public String instead(int id, RuntimeException failure) {
            if (id < 0) {
                throw failure;
            }
            return "instead";
        }
    }

    @Fallback(method = "instead")
    static class DifferentMethods {

        public String text(int id) {
            throw new IllegalStateException();
        }

        public int number(int id) {
            throw new IllegalStateException();
        }

        public String instead(int id) {
            return "instead";
        }
    }
}
