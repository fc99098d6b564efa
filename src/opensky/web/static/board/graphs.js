// Makes the large graphs ones to point at: values under the pointer, a stretch to look closer. Without this they are pictures.
"use strict";
(() => {
  const colours = ["#6db9ff", "#ffb43a", "#45c98d", "#ff8f87", "#c9a2ff", "#f3f6fa", "#7fe3e0", "#f29ac8", "#b8d25a", "#a9b4c3", "#e0b28a", "#8aa0ff"];

  const marks = (found) => ({
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.setLineDash([4, 5]);
        for (const mark of found) {
          const x = Math.round(plot.valToPos(mark.when, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.strokeStyle = mark.kind === "alert" ? "#ff6257" : "#f3f6fa";
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  });

  // Series may have steps of their own; a graph has one axis.
  function table(series) {
    const times = [...new Set(series.flatMap((each) => each.datapoints.map((point) => point[1])))].sort((a, b) => a - b);
    const columns = series.map((each) => {
      const known = new Map(each.datapoints.map(([value, when]) => [when, value]));
      return times.map((when) => (known.has(when) ? known.get(when) : undefined));
    });
    return [times, ...columns];
  }

  async function draw(figure) {
    const room = figure.querySelector(".plot");
    if (!room) return;
    const asked = new URLSearchParams({ target: figure.dataset.target, hours: figure.dataset.hours });
    const answer = await fetch(`/board/render?${asked}`);
    if (!answer.ok) return;
    const told = await answer.json();
    if (!told.series.length) return;
    const axis = { stroke: "#a9b4c3", grid: { stroke: "#263041", width: 1 }, ticks: { stroke: "#263041" } };
    const options = {
      width: room.clientWidth,
      height: 320,
      legend: { show: true },
      axes: [{ ...axis }, { ...axis, size: 70 }],
      series: [{}, ...told.series.map((each, number) => ({ label: each.target, stroke: colours[number % colours.length], width: 2, spanGaps: false }))],
      plugins: [marks(told.marks)],
    };
    room.replaceChildren();
    const plot = new uPlot(options, table(told.series), room);
    addEventListener("resize", () => plot.setSize({ width: room.clientWidth, height: 320 }));
  }

  for (const figure of document.querySelectorAll("figure.large")) draw(figure);
})();
