package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Annotations are read once during the start, whatever asks for them, and released afterwards. */
class KnownAnnotationTests {

    @AfterEach
    void forget() {
        KnownAnnotations.forget(Client.class);
    }

    @Test
    void declarationsShouldBeReadOnce() throws NoSuchMethodException {
        assertThat(declarations("call")).hasSize(2).isSameAs(declarations("call"));
    }

    @Test
    void forgottenDeclarationsShouldBeReadAgain() throws NoSuchMethodException {
        List<Declaration> first = declarations("call");

        KnownAnnotations.forget(Client.class);

        assertThat(declarations("call")).isNotSameAs(first).isEqualTo(first);
    }

    @Test
    void declarationsShouldHaveTheOrderOfTheSlots() throws NoSuchMethodException {
        declarations("call");
        List<PipelineSlot> reversed = new ArrayList<>(PatternDescriptors.slots());
        Collections.reverse(reversed);

        assertThat(Declaration.of(reversed, method("call"), Client.class, Compatibility.NONE))
                .extracting(each -> each.slot().key())
                .containsExactly("retry", "bulkhead");
    }

    @Test
    void annotationOfTheMethodShouldNotBeThatOfTheClass() throws NoSuchMethodException {
        assertThat(Declaration.isAtMethod(method("call"), Client.class)).isTrue();
        assertThat(declarations("other")).extracting(Declaration::location).containsExactly("Client");
        assertThat(Declaration.isAtMethod(method("other"), Client.class)).isFalse();
    }

    @Test
    void inheritedAnnotationShouldBeThatOfTheMethod() throws NoSuchMethodException {
        assertThat(Declaration.of(PatternDescriptors.slots(), method("inherited"), Client.class, Compatibility.NONE))
                .extracting(each -> each.slot().key())
                .containsExactly("timeout", "bulkhead");
        assertThat(Declaration.isAtMethod(method("inherited"), Client.class)).isTrue();
    }

    private static List<Declaration> declarations(String method) throws NoSuchMethodException {
        return Declaration.of(PatternDescriptors.slots(), method(method), Client.class, Compatibility.NONE);
    }

    private static Method method(String name) throws NoSuchMethodException {
        return Client.class.getMethod(name);
    }

    interface Contract {

        @Timeout(name = "contract")
        void inherited();
    }

    @Bulkhead(name = "all")
    static class Client implements Contract {

        @Retry(name = "one")
        public void call() {}

        public void other() {}

        @Override
        public void inherited() {}
    }
}
