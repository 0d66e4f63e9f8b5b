package io.netrun.resilience.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.Scope;
import org.springframework.context.support.SimpleThreadScope;

/** The beans of Spring's {@link SimpleThreadScope}, of which another thread would have others. */
final class ThreadScopeBinding implements ThreadBinding {

    private final ConfigurableListableBeanFactory beans;
    private volatile @Nullable List<ScopedBean> known;

    ThreadScopeBinding(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public boolean isBound() {
        List<ScopedBean> scoped = known;
        if (scoped == null) {
            scoped = scopedBeans();
            if (beans.isConfigurationFrozen()) {
                known = scoped;
            }
        }
        for (ScopedBean bean : scoped) {
            if (bean.isHeld()) {
                return true;
            }
        }
        return false;
    }

    private List<ScopedBean> scopedBeans() {
        List<ScopedBean> scoped = new ArrayList<>();
        for (String name : beans.getRegisteredScopeNames()) {
            Scope scope = beans.getRegisteredScope(name);
            if (scope != null && scope.getClass() == SimpleThreadScope.class) { // what others do is unknown
                for (String bean : beans.getBeanDefinitionNames()) {
                    if (name.equals(beans.getMergedBeanDefinition(bean).getScope())) {
                        scoped.add(new ScopedBean(scope, bean));
                    }
                }
            }
        }
        return scoped;
    }

    private record ScopedBean(Scope scope, String name) {

        /**
         * The scope does not answer this, but each thread has its own beans: none sees this one leave and come back.
         */
        boolean isHeld() {
            Object held = scope.remove(name);
            if (held == null) {
                return false;
            }
            scope.get(name, () -> held);
            return true;
        }
    }
}
