package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;

/** Distinguishes a context with a registry of its own from one that shares the registry of its parent. */
final class RegistryOwner {

    /** The name of the bean that is a child's view of its parent's registry. */
    static final String VIEW = "resilienceRegistryView";

    private RegistryOwner() {}

    /** Whether the registry is one of these beans, or is at least followed by none of their parents. */
    static boolean is(ListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanNamesForType(ResilienceRegistry.class, true, false))
                        .anyMatch(name -> !name.equals(VIEW))
                || !(parent(beans) instanceof ListableBeanFactory above)
                || BeanFactoryUtils.beanNamesForTypeIncludingAncestors(above, InstanceFactory.class, true, false).length
                        == 0;
    }

    /** The registry that the context shares with its parent; empty if it has its own. */
    static <T> Optional<T> shared(BeanFactory beans, Class<T> type) {
        BeanFactory parent = parent(beans);
        return parent == null || (beans instanceof ListableBeanFactory own && is(own))
                ? Optional.empty()
                : Optional.ofNullable(parent.getBeanProvider(type).getIfAvailable());
    }

    private static @Nullable BeanFactory parent(BeanFactory beans) {
        return beans instanceof HierarchicalBeanFactory hierarchical ? hierarchical.getParentBeanFactory() : null;
    }
}
