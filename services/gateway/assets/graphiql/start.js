// A token goes into the tab "Headers": {"authorization": "Bearer …"}; it is sent with subscriptions too.
const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  subscriptionUrl: `${scheme}//${location.host}/graphql`,
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultEditorToolsVisibility: true }),
);
