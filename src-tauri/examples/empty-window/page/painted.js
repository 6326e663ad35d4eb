// As Berth's own window marks it: the second callback runs after the first frame is painted.
requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('empty-painted')));
