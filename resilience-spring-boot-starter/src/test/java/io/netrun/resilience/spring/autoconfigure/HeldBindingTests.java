package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.autoconfigure.HeldBinding.Holder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.messaging.simp.SimpAttributesContextHolder;

/** What the classes of other libraries hold for a thread. */
class HeldBindingTests {

    private static final String HOLDER = SimpAttributesContextHolder.class.getName();

    @AfterEach
    void unbind() {
        SimpAttributesContextHolder.setAttributes(null);
    }

    private static List<ThreadBinding> bindings(Holder... holders) {
        return HeldBinding.of(List.of(holders), HeldBindingTests.class.getClassLoader());
    }

    @Test
    void absentHolderShouldBindNothing() {
        assertThat(bindings(new Holder("com.shop.Absent", "get", null), new Holder(HOLDER, "absent", null)))
                .isEmpty();
    }

    @Test
    void heldValueShouldBeBound() {
        ThreadBinding binding =
                bindings(new Holder(HOLDER, "getAttributes", null)).get(0);
        assertThat(binding.isBound()).isFalse();
        SimpAttributesContextHolder.setAttributes("message");
        assertThat(binding.isBound()).isTrue();
    }

    /** As that of Spring Security, whose context is there even if nobody is authenticated. */
    @Test
    void partOfAValueShouldSayWhetherItIsBound() {
        ThreadBinding binding =
                bindings(new Holder(HOLDER, "getAttributes", "toString")).get(0);
        assertThat(binding.isBound()).isFalse();
        SimpAttributesContextHolder.setAttributes(new Object() {
            @Override
            public String toString() {
                return null;
            }
        });
        assertThat(binding.isBound()).isFalse();
        SimpAttributesContextHolder.setAttributes("message");
        assertThat(binding.isBound()).isTrue();
    }
}
