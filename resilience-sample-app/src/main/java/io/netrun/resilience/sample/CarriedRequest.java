package io.netrun.resilience.sample;

import io.micrometer.context.ContextRegistry;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;

/**
 * Has the request come along to other threads. A call that would miss it there would stay on its thread, and not be
 * hedged.
 */
@Configuration(proxyBeanMethods = false)
public class CarriedRequest {

    public CarriedRequest() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new RequestAttributesThreadLocalAccessor());
    }
}
