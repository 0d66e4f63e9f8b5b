package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A class with an absent optional type in a signature is legal as long as its bean is not created. */
class AbsentTypeTests {

    @ParameterizedTest
    @ValueSource(strings = {"singleton", "prototype"})
    void lateBeanWithAnAbsentTypeShouldNotStopTheStart(String scope) throws ClassNotFoundException {
        Class<?> type = Class.forName(WithOptionalType.class.getName(), false, new WithoutOptionalType());
        assertThat(type).as("is defined without the optional type").isNotEqualTo(WithOptionalType.class);
        RootBeanDefinition late = new RootBeanDefinition(type);
        late.setLazyInit(true);
        late.setScope(scope);
        try (var context = new AnnotationConfigApplicationContext()) {
            context.registerBeanDefinition("late", late);
            context.register(ResilienceAutoConfiguration.class, Present.class);
            context.refresh();
            assertThat(context.getBean(MethodPipelines.class).all()).hasSize(1);
        }
    }

    interface OptionalType {}

    static class WithOptionalType {

        @Retry
        public String call() {
            return "called";
        }

        public OptionalType optional(OptionalType same) {
            return same;
        }
    }

    static class Present {

        @Retry
        public String call() {
            return "called";
        }
    }

    /** Defines the class of the bean anew, and does not find the type in its signature. */
    private static final class WithoutOptionalType extends ClassLoader {

        WithoutOptionalType() {
            super(AbsentTypeTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(OptionalType.class.getName())) {
                throw new ClassNotFoundException(name);
            }
            return name.equals(WithOptionalType.class.getName()) ? define(name) : super.loadClass(name, resolve);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            Class<?> defined = findLoadedClass(name);
            if (defined != null) {
                return defined;
            }
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
